import { startLoop } from '#base'
import type { Position, Read, Reading, Spoken } from '#store'

/** One open page. */
interface Reader {
  addressHash: Buffer
  /** What the page says it has; null: nothing. */
  since: Position | null
  /** Takes what is new, oldest first, and from where to go on; also the first time, when there is nothing. */
  show(spoken: Spoken[], position: Position): void
  /** Ends it from our side. */
  close(): void
}

export interface Readers {
  /** Begins to read along; returns how to end it. Throws nothing: what can't be read now is tried again. */
  join(reader: Reader): () => void
  count(): number
  stop(): Promise<void>
}

export interface ReadersOptions {
  read: (readings: readonly Reading[]) => Promise<Read[]>
  everyMs: number
  onError: (error: unknown) => void
}

interface Place {
  reader: Reader
  position: Position | null
  /** Ids of what the last look found: what comes again is not shown again. */
  shown: Set<string>
  begun: boolean
  /** Being asked for: by its own first look, while the round goes on without it. */
  busy: boolean
}

/**
 * Everybody who reads along, asked for with one query a round. A question to the ledger once a second is all that
 * they cost together, and nothing can be missed: no notice that gets lost, no event that came before we listened.
 */
export function createReaders({ read, everyMs, onError }: ReadersOptions): Readers {
  const places = new Set<Place>()

  async function look(these: Place[]): Promise<void> {
    if (these.length === 0) return
    for (const place of these) place.busy = true
    try {
      const found = await read(
        these.map(({ reader, position }) => ({ addressHash: reader.addressHash, since: position })),
      )
      these.forEach((place, index) => {
        if (places.has(place)) show(place, found[index]!)
      })
    } finally {
      for (const place of these) place.busy = false
    }
  }

  function show(place: Place, { spoken, position }: Read): void {
    const fresh = spoken.filter(({ id }) => !place.shown.has(id))
    // The next look begins where this one did, or later: ids from before can't come again, unless a clock was set back.
    // The page takes no id twice.
    place.shown = new Set(spoken.map(({ id }) => id))
    place.position = position
    if (fresh.length === 0 && place.begun) return
    place.begun = true
    place.reader.show(fresh, position)
  }

  const loop = startLoop(
    async () => {
      await look([...places].filter(({ busy }) => !busy))
      return everyMs
    },
    everyMs,
    onError,
  )

  return {
    join(reader) {
      const place: Place = { reader, position: reader.since, shown: new Set(), begun: false, busy: false }
      places.add(place)
      // Not with the next round: somebody looks at an empty page.
      look([place]).catch(onError)
      return () => void places.delete(place)
    },
    count: () => places.size,
    async stop() {
      for (const { reader } of places) reader.close()
      places.clear()
      await loop.stop()
    },
  }
}
