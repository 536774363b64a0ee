import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { keepFresh, startLoop } from '#base'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a loop', () => {
  it('waits as long as each round says, and goes on at once for 0', async () => {
    const waits = [0, 0, 100, 50]
    const rounds: number[] = []
    const began = Date.now()
    const loop = startLoop(
      async () => {
        rounds.push(Date.now() - began)
        return waits.shift() ?? 1000
      },
      10,
      () => {},
    )
    await vi.advanceTimersByTimeAsync(200)
    await loop.stop()
    expect(rounds).toEqual([0, 0, 0, 100, 150])
  })

  it('tells of a round that throws, and tries again', async () => {
    const errors: unknown[] = []
    let round = 0
    const loop = startLoop(
      async () => {
        if (++round === 1) throw new Error('no luck')
        return 1000
      },
      30,
      (error) => errors.push(error),
    )
    await vi.advanceTimersByTimeAsync(29)
    expect(round).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(round).toBe(2)
    expect(errors).toEqual([new Error('no luck')])
    await loop.stop()
  })

  it('stops at once while it waits, and begins no further round', async () => {
    let rounds = 0
    const loop = startLoop(
      async () => {
        rounds++
        return 60_000
      },
      10,
      () => {},
    )
    await vi.advanceTimersByTimeAsync(1)
    await loop.stop()
    await vi.advanceTimersByTimeAsync(120_000)
    expect(rounds).toBe(1)
  })

  it('stops only when the round under way is over', async () => {
    let finish = (): void => {}
    const under = new Promise<void>((resolve) => (finish = resolve))
    let over = false
    const loop = startLoop(
      async () => {
        await under
        over = true
        return 0
      },
      10,
      () => {},
    )
    const stopped = loop.stop().then(() => over)
    finish()
    expect(await stopped).toBe(true)
  })
})

describe('a fresh value', () => {
  it('is read again every so often, and keeps the last when a reading fails', async () => {
    const readings = ['a', new Error('down'), 'b']
    const errors: unknown[] = []
    const fresh = await keepFresh(
      async () => {
        const next = readings.shift() ?? 'z'
        if (next instanceof Error) throw next
        return next
      },
      100,
      (error) => errors.push(error),
    )
    expect(fresh.get()).toBe('a')
    await vi.advanceTimersByTimeAsync(100)
    expect([fresh.get(), errors.length]).toEqual(['a', 1])
    await vi.advanceTimersByTimeAsync(100)
    expect(fresh.get()).toBe('b')
    fresh.stop()
    await vi.advanceTimersByTimeAsync(1000)
    expect(fresh.get()).toBe('b')
  })

  it('is not there before its first reading', async () => {
    await expect(
      keepFresh(
        async () => Promise.reject(new Error('down')),
        100,
        () => {},
      ),
    ).rejects.toThrow('down')
  })

  it('when asked for, is read anew even while an older reading is under way', async () => {
    let value = 'first'
    let going = 0
    let most = 0
    const starting = keepFresh(
      async () => {
        most = Math.max(most, ++going)
        const seen = value
        await new Promise((resolve) => setTimeout(resolve, 50))
        going--
        return seen
      },
      100,
      () => {},
    )
    await vi.advanceTimersByTimeAsync(50)
    const fresh = await starting
    // The reading that begins now sees the first value; what is asked for meanwhile must not.
    await vi.advanceTimersByTimeAsync(110)
    expect(going).toBe(1)
    value = 'second'
    const renewed = fresh.renew().then(() => fresh.get())
    await vi.advanceTimersByTimeAsync(100)
    expect(await renewed).toBe('second')
    expect(most).toBe(1)
    fresh.stop()
  })
})
