import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Position, Read, Reading, Spoken } from '#store'
import { createReaders } from '../../bot/web-chat-readers.ts'
import { until } from '../support/house.ts'

const hash = Buffer.from('a')
const spoken = (id: string): Spoken => ({
  id, way: 'said', at: 0, type: 'text', dedupeKey: id, text: id, answer: null, scene: null,
}) // prettier-ignore
const position = (heard: number): Position => ({ heard, told: 0 })
const nothing = (readings: readonly Reading[]): Read[] =>
  readings.map(({ since }) => ({ spoken: [], position: since ?? position(0) }))

function page(since: Position | null = null) {
  const seen: string[] = []
  const positions: Position[] = []
  let closed = false
  return {
    seen,
    positions,
    isClosed: () => closed,
    reader: {
      addressHash: hash,
      since,
      show(list: Spoken[], at: Position) {
        seen.push(...list.map(({ id }) => id))
        positions.push(at)
      },
      close: () => void (closed = true),
    },
  }
}

describe('reading along', () => {
  test('whatever order commits show themselves in, everything is shown once', async () => {
    const marks = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(marks, async (steps) => {
        // A ledger whose rows show themselves late, by up to the overlap; each look sees one more.
        const rows = steps.map((late, index) => ({ id: `m${index}`, mark: 100 * (index + 1) - 2 * late }))
        const overlap = 200
        let visible = 0
        const read = async (readings: readonly Reading[]) =>
          readings.map(({ since }): Read => {
            visible = Math.min(rows.length, visible + 1)
            const from = (since?.heard ?? 0) - overlap
            const found = rows.slice(0, visible).filter(({ mark }) => mark > from)
            const heard = Math.max(since?.heard ?? 0, ...found.map(({ mark }) => mark))
            return { spoken: found.map(({ id }) => spoken(id)), position: position(heard) }
          })
        const readers = createReaders({ read, everyMs: 1, onError: () => {} })
        const { reader, seen } = page()
        readers.join(reader)
        await until(() => visible === rows.length && seen.length >= rows.length)
        await readers.stop()
        expect([...seen].sort()).toEqual(rows.map(({ id }) => id).sort())
      }),
      { numRuns: 15 },
    )
  })

  test('all who read share one question a round', async () => {
    const asked: number[] = []
    const read = async (readings: readonly Reading[]) => {
      asked.push(readings.length)
      return nothing(readings)
    }
    const readers = createReaders({ read, everyMs: 1, onError: () => {} })
    for (let each = 0; each < 50; each++) readers.join(page().reader)
    await until(() => asked.includes(50))
    expect(readers.count()).toBe(50)
    await readers.stop()
  })

  test('a first look that finds nothing is told too, later ones are not', async () => {
    let rounds = 0
    const read = async (readings: readonly Reading[]) => (rounds++, nothing(readings))
    const readers = createReaders({ read, everyMs: 1, onError: () => {} })
    const { reader, positions } = page(position(7))
    readers.join(reader)
    await until(() => rounds > 5)
    await readers.stop()
    expect(positions).toEqual([position(7)])
  })

  test('a ledger that is away is asked again, and nobody is dropped', async () => {
    let failures = 0
    const errors: unknown[] = []
    const read = async (readings: readonly Reading[]): Promise<Read[]> => {
      if (failures++ < 3) throw new Error('away')
      return readings.map(() => ({ spoken: [spoken('m')], position: position(1) }))
    }
    const readers = createReaders({ read, everyMs: 1, onError: (error) => errors.push(error) })
    const { reader, seen } = page()
    readers.join(reader)
    await until(() => seen.length > 0)
    expect(seen).toEqual(['m'])
    expect(errors).toHaveLength(3)
    await readers.stop()
  })

  test('who left is not shown what was asked for them, and stopping closes the rest', async () => {
    const gate = Promise.withResolvers<void>()
    const read = async (readings: readonly Reading[]): Promise<Read[]> => {
      await gate.promise
      return readings.map(() => ({ spoken: [spoken('m')], position: position(1) }))
    }
    const readers = createReaders({ read, everyMs: 1, onError: () => {} })
    const [gone, here] = [page(), page()]
    const leave = readers.join(gone.reader)
    readers.join(here.reader)
    leave()
    gate.resolve()
    await until(() => here.seen.length > 0)
    expect(gone.seen).toEqual([])
    await readers.stop()
    expect([here.isClosed(), gone.isClosed(), readers.count()]).toEqual([true, false, 0])
  })
})
