import type { Case } from './case.ts'
import { route } from './route.ts'
import type { Roster, Routing, RoutingFacts } from './route.ts'

/** Where the guesses lead to different people, staff decide, unless the resident says which; else it hurries. */
export function routeByGuesses(facts: RoutingFacts, guesses: readonly string[] | null, roster: Roster): Routing {
  const routing = route(facts, roster)
  if (guesses === null || routing.deputy === null) return routing
  if (guesses.every((topic) => route({ ...facts, topic }, roster).deputy === routing.deputy)) return routing
  return { deputy: null, station: null, reasons: [...routing.reasons, ...guesses.map((topic) => `unsure:${topic}`)] }
}

/** Who answers now that its topic, or its place, is known; null where whoever has it is as right as anybody. */
export function routeByTopic(
  known: Case,
  topic: string | null,
  roster: Roster,
  found: string | null = null,
): Routing | null {
  const { scene, accused, passedBy, through, region } = known
  const place = found ?? known.place ?? (through === undefined ? null : region)
  const facts = { scene, place, topic, accused, passedBy }
  const routing = route(facts, roster)
  if (known.deputy === null || found !== null) return routing
  // Only for the topic's sake: a lighter load alone moves nothing.
  const before = route({ ...facts, topic: known.topic }, roster)
  const fits = routing.reasons.some((reason) => reason.startsWith('topic:'))
  return fits && before.deputy !== routing.deputy ? routing : null
}

/** Whether what is known now makes somebody else the right one: nobody has it yet, or it happened outside their area. */
export function leadsElsewhere(known: Case, place: string | null, roster: Roster): boolean {
  if (known.deputy === null) return true
  if (place === null) return false
  const area = roster.stations.find(({ id }) => id === known.station)?.region
  if (area === undefined) return true
  return !roster.ancestors(place).includes(area) && !roster.ancestors(area).includes(place)
}

/**
 * Who is to answer now that a clerk set its topic or place right; null where it stays as it is: where whoever has it is
 * elected for that place, or where nobody is found. A decision of its own: a clerk's word weighs more than a resident's.
 */
export function routeByCorrection(
  known: Case,
  right: { topic?: string; place?: string },
  roster: Roster,
): Routing | null {
  if (!movesOn(known, right.place, roster)) return null
  const { scene, accused, passedBy } = known
  const place = right.place ?? known.place ?? known.region
  const routing = route({ scene, place, topic: right.topic ?? known.topic, accused, passedBy }, roster)
  return routing.deputy === null ? null : routing
}

function movesOn({ deputy }: Case, place: string | undefined, { deputies, ancestors }: Roster): boolean {
  if (deputy === null) return true
  const area = deputies.find(({ id }) => id === deputy)?.region
  return place !== undefined && area !== undefined && !ancestors(place).includes(area)
}
