/** A deputy as routing sees them. */
export interface RosterDeputy {
  id: string
  station: string | null
  /** The region they were elected in. */
  region: string
  /** Topic paths they follow; a first level covers all below it. Empty: anything. */
  topics: string[]
  onLeave: boolean
  /** Cases they hold at the moment. */
  load: number
}

export interface RosterStation {
  id: string
  region: string
  /** Topics of a thematic station; empty for the others. */
  topics: string[]
}

/** Everybody who could answer, and how places lie in one another. */
export interface Roster {
  deputies: RosterDeputy[]
  stations: RosterStation[]
  /** From a place's code up to the top, itself first; empty when unknown. */
  ancestors(code: string): readonly string[]
}

/** What routing looks at: a few facts of the case. */
export interface RoutingFacts {
  /** `d-<deputy>` or `s-<station>`, when the resident came by a QR code. */
  scene: string | null
  /** The most specific place known, by code. */
  place: string | null
  topic: string | null
  accused: readonly string[]
  /** Deputies who already declined it or let it lapse. */
  passedBy: readonly string[]
}

/** Who gets it, and the reasons, first to last, each a short code such as `place:620402001` or `load:3`. */
export interface Routing {
  deputy: string | null
  station: string | null
  reasons: string[]
}

/**
 * Picks who answers. First the ring of deputies nearest to the matter (the deputy whose code was scanned; the scanned
 * station; then the place and each region around it); inside a ring the topic, then the lighter load, then the id
 * decide. Deputies on leave, complained of, or who already passed it by are left out. Nobody left: staff decide.
 */
export function route(facts: RoutingFacts, roster: Roster): Routing {
  const reasons: string[] = []
  if (facts.accused.length > 0) {
    return { deputy: null, station: null, reasons: ['accused:staff-decide'] }
  }
  const barred = new Set(facts.passedBy)
  for (const id of barred) reasons.push(`passed-by:${id}`)

  for (const ring of rings(facts, roster)) {
    const free: RosterDeputy[] = []
    for (const deputy of ring.deputies) {
      if (barred.has(deputy.id)) continue
      if (deputy.onLeave) {
        reasons.push(`leave:${deputy.id}`)
        continue
      }
      free.push(deputy)
    }
    if (free.length === 0) continue
    reasons.push(ring.reason)
    const [chosen, topicFit] = best(free, facts.topic)
    if (topicFit > 0 && facts.topic !== null) reasons.push(`topic:${facts.topic}`)
    if (free.length > 1) reasons.push(`load:${chosen.load}`)
    return { deputy: chosen.id, station: chosen.station, reasons }
  }
  reasons.push(facts.place || facts.scene ? 'nobody-free' : 'place-unknown')
  return { deputy: null, station: null, reasons }
}

interface Ring {
  reason: string
  deputies: RosterDeputy[]
}

function* rings(facts: RoutingFacts, roster: Roster): Generator<Ring> {
  const { byId, byStation } = indexOf(roster)
  const scanned = facts.scene?.startsWith('d-') ? byId.get(facts.scene.slice(2)) : undefined
  if (scanned) yield { reason: 'scene-deputy', deputies: [scanned] }

  const stationId = scanned?.station ?? (facts.scene?.startsWith('s-') ? facts.scene.slice(2) : null)
  const station = roster.stations.find(({ id }) => id === stationId)
  // A place that the resident named outside the scanned station's area speaks louder than the code on the wall.
  const around = facts.place === null ? [] : roster.ancestors(facts.place)
  const elsewhere =
    station !== undefined &&
    around.length > 0 &&
    !around.includes(station.region) &&
    !roster.ancestors(station.region).includes(facts.place!)
  if (station && !elsewhere) {
    yield { reason: 'scene-station', deputies: byStation.get(station.id) ?? [] }
  }
  const outwards = around.length > 0 ? around : station ? roster.ancestors(station.region) : []
  for (const region of outwards) {
    yield { reason: `place:${region}`, deputies: deputiesAt(region, facts.topic, roster) }
  }
  // Nothing nearer: a deputy of any part of the named region, for a matter that concerns all of it.
  const widest = outwards[0]
  if (widest !== undefined) {
    yield {
      reason: `within:${widest}`,
      deputies: roster.deputies.filter((deputy) => roster.ancestors(deputy.region).includes(widest)),
    }
  }
}

/** Those elected in the region, and those of its stations that deal with the topic. */
function deputiesAt(region: string, topic: string | null, roster: Roster): RosterDeputy[] {
  const { byRegion, byStation, stationsAt } = indexOf(roster)
  const found = new Set(byRegion.get(region))
  for (const station of stationsAt.get(region) ?? []) {
    if (station.topics.length > 0 && fit(station.topics, topic) === 0) continue
    for (const deputy of byStation.get(station.id) ?? []) found.add(deputy)
  }
  return [...found]
}

interface Index {
  byId: Map<string, RosterDeputy>
  byStation: Map<string, RosterDeputy[]>
  byRegion: Map<string, RosterDeputy[]>
  stationsAt: Map<string, RosterStation[]>
}

/** A roster is made anew every few seconds and asked thousands of times in between; a province has many deputies. */
const indexes = new WeakMap<readonly RosterDeputy[], Index>()

function indexOf({ deputies, stations }: Roster): Index {
  const known = indexes.get(deputies)
  if (known) return known
  const index: Index = {
    byId: new Map(deputies.map((deputy) => [deputy.id, deputy])),
    byStation: Map.groupBy(
      deputies.filter(({ station }) => station !== null),
      ({ station }) => station!,
    ),
    byRegion: Map.groupBy(deputies, ({ region }) => region),
    stationsAt: Map.groupBy(stations, ({ region }) => region),
  }
  indexes.set(deputies, index)
  return index
}

function best(deputies: RosterDeputy[], topic: string | null): [RosterDeputy, number] {
  let chosen: RosterDeputy | undefined
  let chosenFit = 0
  for (const deputy of deputies) {
    const fits = fit(deputy.topics, topic)
    if (
      chosen === undefined ||
      fits > chosenFit ||
      (fits === chosenFit && (deputy.load < chosen.load || (deputy.load === chosen.load && deputy.id < chosen.id)))
    ) {
      chosen = deputy
      chosenFit = fits
    }
  }
  return [chosen!, chosenFit]
}

/** How many levels of `topic` one of `topics` names; 0 when none does. */
function fit(topics: readonly string[], topic: string | null): number {
  if (topic === null) return 0
  let levels = 0
  for (const own of topics) {
    if (topic === own || topic.startsWith(`${own}/`) || own.startsWith(`${topic}/`)) {
      levels = Math.max(levels, Math.min(own.split('/').length, topic.split('/').length))
    }
  }
  return levels
}
