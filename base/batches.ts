/** Calls that share work: see `createBatches`. */
export interface Batches<In, Out> {
  add(item: In): Promise<Out>
  /** Resolves when nothing waits and nothing is under way. */
  drained(): Promise<void>
}

export interface BatchOptions<In> {
  /** Items in one batch. */
  most: number
  /**
   * So many must wait before a second batch starts beside one that is under way; without it none does. Two small
   * batches cost more than one that waited a moment for the other's members.
   */
  secondFrom?: number
  /** Batches begin at least so many milliseconds apart: under load fewer and larger ones, when calm no wait at all. */
  apartMs?: number
  /** Items of one key are never in two batches at once, and keep their order. */
  keyOf?: (item: In) => string
}

interface Waiting<In, Out> {
  item: In
  key: string | null
  resolve: (out: Out) => void
  reject: (error: unknown) => void
}

/** After so many failures in a row it is not the items that are at fault. */
const hopeless = 2

/**
 * Group commit: whoever comes while batches are under way forms the next one, without any timer. A batch that fails is
 * run again item by item, so that a bad one takes no other down; `run` must leave nothing behind when it fails.
 */
export function createBatches<In, Out>(
  run: (items: In[]) => Promise<Out[]>,
  { most, secondFrom = Number.POSITIVE_INFINITY, apartMs = 0, keyOf }: BatchOptions<In>,
): Batches<In, Out> {
  let waiting: Waiting<In, Out>[] = []
  const busy = new Set<string>()
  let underWay = 0
  let soon = false
  let lastStart = Number.NEGATIVE_INFINITY
  const watchers: (() => void)[] = []

  function start(): void {
    while (underWay === 0 ? waiting.length > 0 : underWay === 1 && waiting.length >= secondFrom) {
      const batch = take()
      if (batch.length === 0) break
      underWay += 1
      lastStart = performance.now()
      for (const { key } of batch) if (key !== null) busy.add(key)
      void settle(batch).finally(() => {
        underWay -= 1
        for (const { key } of batch) if (key !== null) busy.delete(key)
        startSoon()
      })
    }
    if (underWay > 0 || waiting.length > 0) return
    for (const watcher of watchers.splice(0)) watcher()
  }

  /** After this turn of the event loop: what came in with the same packets goes into the same batch. */
  function startSoon(): void {
    if (soon) return
    soon = true
    const begin = () => {
      soon = false
      start()
    }
    const waitMs = lastStart + apartMs - performance.now()
    if (waitMs > 0) setTimeout(begin, waitMs)
    else setImmediate(begin)
  }

  function take(): Waiting<In, Out>[] {
    const batch: Waiting<In, Out>[] = []
    const left: Waiting<In, Out>[] = []
    for (const each of waiting) {
      const free = batch.length < most && (each.key === null || !busy.has(each.key))
      if (free) batch.push(each)
      else left.push(each)
    }
    waiting = left
    return batch
  }

  async function settle(batch: Waiting<In, Out>[]): Promise<void> {
    try {
      const outs = await run(batch.map(({ item }) => item))
      batch.forEach(({ resolve }, index) => resolve(outs[index]!))
    } catch (error) {
      if (batch.length === 1) batch[0]!.reject(error)
      else await oneByOne(batch)
    }
  }

  async function oneByOne(batch: Waiting<In, Out>[]): Promise<void> {
    let failures = 0
    let last: unknown
    for (const { item, resolve, reject } of batch) {
      if (failures >= hopeless) {
        reject(last)
        continue
      }
      try {
        resolve((await run([item]))[0]!)
        failures = 0
      } catch (error) {
        failures += 1
        last = error
        reject(error)
      }
    }
  }

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, key: keyOf?.(item) ?? null, resolve, reject })
        startSoon()
      }),
    drained: () =>
      new Promise((resolve) => {
        watchers.push(resolve)
        start()
      }),
  }
}
