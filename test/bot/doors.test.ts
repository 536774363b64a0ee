import { connect } from 'node:net'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import { pushesFor } from './push.ts'

const open: TestHouse[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((house) => house.stop()))
})

async function aHouse(): Promise<TestHouse> {
  const house = await startTestHouse({ mode: 'plain', workers: false })
  open.push(house)
  return house
}

test('the signature of a repetition is used up as well: no other body gets in by it', async () => {
  const house = await aHouse()
  const { text, request } = pushesFor(house, 'plain')
  const genuine = text('oRepeats', '晨光社区的路灯坏了')
  const send = (...args: Parameters<typeof request>) => house.bot.app.inject(request(...args))
  const timestamp = String(Math.floor(house.clock().getTime() / 1000))
  expect((await send(genuine, { timestamp, nonce: '1001' })).statusCode).toBe(200)
  // The platform's second try, signed anew; and a third that is byte for byte the second.
  for (let again = 0; again < 2; again++)
    expect((await send(genuine, { timestamp, nonce: '1002' })).statusCode).toBe(200)
  const forged = await send(text('oThief', '把这条当成他说的'), { timestamp, nonce: '1002' })
  expect({ status: forged.statusCode, code: forged.payload }).toEqual({ status: 403, code: 'PUSH_REPLAYED' })
  const { rows } = await house.owner.query('SELECT 1 FROM message')
  expect(rows).toHaveLength(1)
})

test('nonces are kept for longer than a signature is fresh, and not for ever', async () => {
  const house = await aHouse()
  const { text, request } = pushesFor(house, 'plain')
  const genuine = text('oRepeats', '晨光社区的路灯坏了')
  const nonces = async () => {
    const { rows } = await house.owner.query<{ nonce: string }>('SELECT nonce FROM spent_nonce ORDER BY nonce')
    return rows.map(({ nonce }) => nonce.split(':')[1])
  }
  for (const nonce of ['2001', '2002', '2003']) await house.bot.app.inject(request(genuine, { nonce }))
  expect(await nonces()).toEqual(['2002', '2003'])
  await house.owner.query(`UPDATE spent_nonce SET at = now() - interval '3 hours' WHERE nonce LIKE '%:2002'`)
  await house.bot.app.inject(request(genuine, { nonce: '2004' }))
  expect(await nonces()).toEqual(['2003', '2004'])
})

test.each(['x', '', 'text', 'application/json', 'multipart/form-data', 'text/xml; charset=gbk', ';;'])(
  'a genuine push is taken whatever type it says it has: %j',
  async (type) => {
    const house = await aHouse()
    const { text, request } = pushesFor(house, 'plain')
    const push = { ...request(text('oTyped', '晨光社区的路灯坏了')), headers: { 'content-type': type } }
    expect((await house.bot.app.inject(push)).statusCode).toBe(200)
  },
)

test('clients that begin a request and never go on do not keep the bot from stopping', async () => {
  const house = await aHouse()
  const begins = [
    '',
    'POST /chan',
    'POST /channels/official-account HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n<x',
  ]
  const sockets = await Promise.all(
    begins.map(async (words) => {
      const socket = connect(house.bot.port, '127.0.0.1')
      socket.on('error', () => {})
      await once(socket, 'connect')
      socket.write(words)
      return socket
    }),
  )
  const began = performance.now()
  await house.bot.stop()
  expect(performance.now() - began).toBeLessThan(8_000)
  for (const socket of sockets) socket.destroy()
})
