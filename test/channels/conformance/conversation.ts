import { randomUUID } from 'node:crypto'
import type { DoorAnswer, DoorRequest } from '#channels'
import { until } from '../../support/house.ts'
import type { TestHouse } from '../../support/house.ts'
import type { Said, UnderTest } from './under-test.ts'

/** Knocks at the bot over HTTP, as the platform does. */
export function createKnocker(house: TestHouse, { channel, request }: Pick<UnderTest, 'channel' | 'request'>) {
  async function post(asked: DoorRequest): Promise<DoorAnswer> {
    const search = new URLSearchParams(asked.query).toString()
    const response = await fetch(`http://127.0.0.1:${house.bot.port}/channels/${channel.name}${asked.path}?${search}`, {
      method: asked.method,
      headers: Object.entries(asked.headers).flatMap(([name, value]) =>
        [value ?? []].flat().map((each): [string, string] => [name, each]),
      ),
      ...(asked.method === 'GET' ? {} : { body: asked.body }),
    })
    return {
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      body: await response.text(),
    }
  }
  return Object.assign(
    (said: Said) => {
      const asked = request(said)
      if (!asked) throw new Error(`${channel.name} has no ${said.content.type}`)
      return post(asked)
    },
    { with: post },
  )
}

/** The way to one person who has just said something: what a worker sends along it. */
export async function createLane(house: TestHouse, knock: (said: Said) => Promise<DoorAnswer>, said: Said) {
  const { owner, queues, clock } = house
  await knock(said)
  const contact = async () => {
    const { rows } = await owner.query<{ id: string; windows: { left: number }[] }>(
      'SELECT id, windows FROM contact WHERE address_hash = $1',
      [house.ledger.keyring.lookupHash(said.address)],
    )
    return rows[0]!
  }
  const { id: lane } = await contact()
  const left = async () => (await contact()).windows.reduce((sum, window) => sum + window.left, 0)
  const statuses = async () => {
    const { rows } = await owner.query<{ status: string; code: string | null }>(
      'SELECT status, code FROM delivery WHERE lane = $1 ORDER BY seq',
      [lane],
    )
    return rows.map(({ status, code }) => (status === 'sent' || code === null ? status : `${status} ${code}`))
  }
  return {
    /** Sends that the windows allow at first. */
    allowed: await left(),
    left,
    statuses,
    async add(words: readonly string[]) {
      const ids = words.map(() => randomUUID())
      await owner.query(
        `INSERT INTO delivery (id, lane, contact_id, template, text, status, not_before, created_at)
         SELECT id, $1::text, $1::text::uuid, 'resident-progress', text, 'ready', $4, $4
         FROM unnest($2::uuid[], $3::text[]) WITH ORDINALITY AS r(id, text, n) ORDER BY n`,
        [lane, ids, words, clock()],
      )
      await queues.addBulk([{ name: 'deliver', id: `test-${randomUUID()}`, payload: { lane } }])
    },
    settled: () =>
      until(async () => (await statuses()).every((status) => !/^(ready|sending)/.test(status)), 'it did not settle'),
  }
}
