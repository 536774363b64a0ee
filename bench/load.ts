import { connect } from 'node:net'
import { pushes } from './messages.ts'
import type { Signing } from './messages.ts'

/** What the load generator is told to do. */
export interface LoadOrder {
  port: number
  signing: Signing
  count: number
  connections: number
  /** Requests a second in all; 0: as fast as the answers come. */
  rate: number
  /** Put before a running number into every text. */
  mark: string
}

export interface LoadResult {
  /** When the first was sent, in milliseconds since 1970: the requests were made before. */
  beganAt: number
  seconds: number
  perSecond: number
  p50Ms: number
  p99Ms: number
  /** Answers that were not 200. */
  failed: number
  /** When each was sent, in milliseconds since 1970, by its running number. */
  sentAt: number[]
  /** Answers that name a case. */
  receipts: number
}

const headEnd = Buffer.from('\r\n\r\n')
const caseNumber = Buffer.from('编号')

/** Whether an answer is all there. */
function isWhole(received: Buffer): boolean {
  const head = received.indexOf(headEnd)
  if (head < 0) return false
  const length = /content-length: (\d+)/i.exec(received.toString('latin1', 0, head))?.[1]
  return length !== undefined && received.length >= head + headEnd.length + Number(length)
}

/**
 * Raw sockets and requests made beforehand, nothing kept of an answer but whether it was one: the generator shares the
 * machine with what it measures.
 */
async function run({ port, signing, count, connections, rate, mark }: LoadOrder): Promise<LoadResult> {
  const requests = pushes(port, signing, count, (index) => (mark === '' ? '' : `（${mark}${index}）`))
  const waits: number[] = []
  const sentAt: number[] = []
  let next = 0
  let failed = 0
  let receipts = 0
  const beganAt = Date.now()
  const began = performance.now()

  function one(): Promise<void> {
    const { promise: done, resolve } = Promise.withResolvers<void>()
    let partly: Buffer | null = null
    let sent: number | null = null
    const hear = (bytes: number, buffer: Uint8Array): boolean => {
      const chunk = Buffer.from(buffer.buffer, buffer.byteOffset, bytes)
      const received = partly === null ? chunk : Buffer.concat([partly, chunk])
      // The next bytes come into the same buffer.
      partly = isWhole(received) ? null : Buffer.from(received)
      if (partly !== null) return true
      waits.push(performance.now() - sent!)
      // HTTP/1.1 200
      if (received.toString('latin1', 9, 12) !== '200') failed += 1
      else if (received.includes(caseNumber)) receipts += 1
      sent = null
      ask()
      return true
    }
    const onread = { buffer: Buffer.allocUnsafe(16_384), callback: hear }
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread })
    socket.on('error', () => {})
    socket.on('close', () => {
      if (sent !== null) failed += 1
      resolve()
    })
    const ask = (): void => {
      const mine = next++
      if (mine >= count) {
        socket.destroy()
        return
      }
      const due = rate > 0 ? began + (mine / rate) * 1000 - performance.now() : 0
      if (due > 1) setTimeout(() => send(mine), due)
      else send(mine)
    }
    const send = (mine: number): void => {
      sent = performance.now()
      if (rate > 0) sentAt[mine] = Date.now()
      socket.write(requests[mine]!)
    }
    ask()
    return done
  }

  await Promise.all(Array.from({ length: connections }, one))
  const seconds = (performance.now() - began) / 1000
  waits.sort((a, b) => a - b)
  const at = (q: number) => waits[Math.min(waits.length - 1, Math.floor(waits.length * q))] ?? 0
  return {
    beganAt,
    seconds,
    perSecond: waits.length / seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    failed,
    receipts,
    sentAt,
  }
}

process.on('message', (order: LoadOrder) => {
  void run(order).then((result) => process.send!(result))
})
