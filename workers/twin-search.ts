import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { idAt, idTime } from '#base'
import type { Clock } from '#base'
import type { City } from '#config'
import { casesAfter, comparableVersions, dropTwins, keepTwins, noteTwinSearch, oldestOfNewest, twinRows } from '#store'
import type { TwinRow } from '#store'
import { hidePerson } from '#templates'
import { TwinIndex } from '#understanding'
import type { TwinCase } from '#understanding'

export interface TwinSearchOptions {
  pool: pg.Pool
  city: City
  clock: Clock
  /** Who notes how far it came. */
  holder: string
  /** All cases up to this one were compared before; null: none. */
  upTo: string | null
  /** The newest so many open cases are held in memory, about 2.5 kB each. */
  most?: number
}

const mostCases = 100_000
const pageSize = 100
/** A case's id bears the moment it was thought of; its transaction may commit so much later. */
const lateMs = 60_000
const lookBackEveryMs = 15_000
/** Open cases looked at again in a round without news: the newest, to which words are still added, and some of the rest. */
const newest = 100
const others = 400
/** After so much work at a stretch others come first, for so many times as long, and for longer while they are busy. */
const stretchMs = 8
const restFactor = 4
const busyRestFactor = 100
const linksOfOne = 5
const first = '00000000-0000-0000-0000-000000000000'
const goneVersion = -1

/**
 * Goes through the cases in the order they were opened, keeps the open ones in an index and compares those that were
 * not compared before. All of it can be made again from the ledger; what it holds in memory is bounded.
 */
export class TwinSearch {
  readonly #options: TwinSearchOptions
  readonly #most: number
  readonly #index = new TwinIndex()
  readonly #placeOf: ReturnType<typeof placer>
  /** What was last compared of each case; `goneVersion`: not to be compared now. In the order they were opened. */
  readonly #versions = new Map<string, number>()
  readonly #compareFrom: string
  #head: string | null = null
  #upTo: string
  #rotation: string[] = []
  #lookedBackAt = 0
  #worked = 0
  #compared = 0

  constructor(options: TwinSearchOptions) {
    this.#options = options
    this.#most = options.most ?? mostCases
    this.#placeOf = placer(options.city)
    this.#upTo = options.upTo ?? first
    this.#compareFrom = options.upTo === null ? first : idAt(idTime(options.upTo) - lateMs)
  }

  get progress(): { held: number; compared: number } {
    return { held: this.#index.size, compared: this.#compared }
  }

  /** One page of cases, or a look at those already known. False once there is nothing new for now. */
  async step(): Promise<boolean> {
    const { pool, holder, clock } = this.#options
    this.#head ??= (await oldestOfNewest(pool, this.#most)) ?? first
    const page = await casesAfter(pool, this.#head, pageSize)
    if (page.length > 0) {
      const changed = page.filter(({ id, version, comparable }) => {
        return this.#versions.get(id) !== (comparable ? version : goneVersion)
      })
      await this.#leave(changed.filter(({ comparable }) => !comparable).map(({ id }) => id))
      await this.#take(changed.filter(({ comparable }) => comparable))
      this.#head = page.at(-1)!.id
      if (this.#head > this.#upTo) {
        this.#upTo = this.#head
        await noteTwinSearch(pool, holder, this.#upTo)
      }
      return page.length === pageSize
    }
    await this.#lookAgain()
    const now = clock().getTime()
    // Either way: the clock may have been ahead.
    if (Math.abs(now - this.#lookedBackAt) >= lookBackEveryMs) {
      this.#lookedBackAt = now
      const late = idAt(now - lateMs)
      if (late < this.#head) this.#head = late
    }
    return false
  }

  /** Words were added to some, others were closed, reopened, erased, or turned out to be about a deputy. */
  async #lookAgain(): Promise<void> {
    if (this.#rotation.length === 0) this.#rotation = [...this.#versions.keys()]
    const ids = [...new Set([...[...this.#versions.keys()].slice(-newest), ...this.#rotation.splice(-others)])]
    const versions = await comparableVersions(this.#options.pool, ids)
    const gone = ids.filter((id) => !versions.has(id) && this.#versions.get(id) !== goneVersion)
    await this.#leave(gone)
    const changed = [...versions].map(([id, version]) => ({ id, version }))
    await this.#take(changed.filter(({ id, version }) => this.#versions.get(id) !== version))
  }

  async #leave(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#index.remove(id)
    await dropTwins(this.#options.pool, ids)
    for (const id of ids) this.#versions.set(id, goneVersion)
  }

  async #take(changed: readonly { id: string; version: number }[]): Promise<void> {
    if (changed.length === 0) return
    const rows = await twinRows(
      this.#options.pool,
      changed.map(({ id }) => id),
    )
    const versionOf = new Map(changed.map(({ id, version }) => [id, version]))
    for (const row of rows) {
      await this.#compare(row, this.#versions.has(row.id))
      // Not before: where the database fails in between, this one and those after it are taken again.
      this.#versions.set(row.id, versionOf.get(row.id)!)
      versionOf.delete(row.id)
    }
    // One without a word has nothing to be compared, until some are added: that makes another version.
    for (const [id, version] of versionOf) this.#versions.set(id, version)
    this.#forgetOldest()
  }

  async #compare(row: TwinRow, isKnown: boolean): Promise<void> {
    const began = performance.now()
    const source = this.#sourceOf(row)
    this.#index.add(row.id, source)
    const isNew = isKnown || row.id > this.#compareFrom
    const twins = isNew ? this.#index.find(source, { limit: linksOfOne }, row.id) : []
    this.#worked += performance.now() - began
    if (twins.length > 0 || isKnown) await keepTwins(this.#options.pool, row.id, twins, this.#options.clock())
    if (isNew) this.#compared += 1
    await this.#breathe()
  }

  #sourceOf({ text, place, region, placeText, openedAt, resident }: TwinRow): TwinCase {
    // What both have in common is shown to staff: not who they are.
    return { text: hidePerson(text), placeText, openedAt, resident, ...this.#placeOf(place, region) }
  }

  #forgetOldest(): void {
    for (const id of this.#versions.keys()) {
      if (this.#versions.size <= this.#most) return
      this.#index.remove(id)
      this.#versions.delete(id)
    }
  }

  /** The webhook may live in this very process. */
  async #breathe(): Promise<void> {
    if (this.#worked < stretchMs) return
    const before = performance.eventLoopUtilization()
    await pause(this.#worked * restFactor)
    // Staff look at twins in minutes; residents wait for an answer now.
    const { utilization } = performance.eventLoopUtilization(before)
    await pause(this.#worked * busyRestFactor * utilization)
    this.#worked = 0
  }
}

/** Where a case is, as far as twins are concerned. Only within one county are cases compared: regions are walls. */
function placer(city: City) {
  const byCode = new Map(city.regions.map((place) => [place.code, place]))
  const lineOf = (code: string | null) => {
    const line: City['regions'] = []
    for (let at = byCode.get(code ?? ''); at; at = byCode.get(at.parent ?? '')) line.push(at)
    return line
  }
  const narrow = new Set(['estate', 'community'])
  return (place: string | null, region: string | null): Pick<TwinCase, 'area' | 'places' | 'near'> => {
    const line = lineOf(place ?? region)
    const county = line.find(({ level }) => level === 'county') ?? line.at(-1)
    return {
      area: county?.code ?? '',
      places: lineOf(place)
        .filter(({ level }) => narrow.has(level))
        .map(({ code }) => code),
      near: line.find(({ level }) => level === 'community')?.code ?? null,
    }
  }
}
