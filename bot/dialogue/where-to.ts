import { route } from '#cases'
import type { Routing, RoutingFacts } from '#cases'
import type { Directory } from '#config'
import type { Reading } from '#understanding'
import type { Desk } from '../desk.ts'
import type { Entry } from '../working-set.ts'

/** Of several places of one name the only one around where the code was scanned, if there is one. */
export function placeOf(reading: Reading | null, around: string | null, directory: Directory): Reading['place'] {
  const place = reading?.place ?? null
  if (place?.among === undefined || around === null) return place
  for (const region of directory.ancestors(around)) {
    const inside = place.among.filter((code) => directory.ancestors(code).includes(region))
    if (inside.length === 1) return { text: place.text, code: inside[0]! }
    if (inside.length > 1) return place
  }
  return place
}

/** Where the guesses lead to different people, staff decide, unless the resident says which; else it hurries. */
export function routeByGuesses(facts: RoutingFacts, guesses: readonly string[] | null, directory: Directory): Routing {
  const routing = route(facts, directory)
  if (guesses === null || routing.deputy === null) return routing
  if (guesses.every((topic) => route({ ...facts, topic }, directory).deputy === routing.deputy)) return routing
  return { deputy: null, station: null, reasons: [...routing.reasons, ...guesses.map((topic) => `unsure:${topic}`)] }
}

/** Who answers now that its topic, or its place, is known; null where whoever has it is as right as anybody. */
export function routeByTopic(
  { case: known }: Entry,
  topic: string | null,
  directory: Directory,
  found: string | null = null,
): Routing | null {
  const { scene, accused, passedBy, through, region } = known
  const place = found ?? known.place ?? (through === undefined ? null : region)
  const facts = { scene, place, topic, accused, passedBy }
  const routing = route(facts, directory)
  if (known.deputy === null || found !== null) return routing
  // Only for the topic's sake: a lighter load alone moves nothing.
  const before = route({ ...facts, topic: known.topic }, directory)
  const fits = routing.reasons.some((reason) => reason.startsWith('topic:'))
  return fits && before.deputy !== routing.deputy ? routing : null
}

/** Whether what is known now makes somebody else the right one: nobody has it yet, or it happened outside their area. */
export function leadsElsewhere(
  { case: known }: Entry,
  place: string | null,
  { directory, city }: Pick<Desk, 'directory' | 'city'>,
): boolean {
  if (known.deputy === null) return true
  if (place === null) return false
  const area = city.stations.find(({ id }) => id === known.station)?.region
  if (area === undefined) return true
  return !directory.ancestors(place).includes(area) && !directory.ancestors(area).includes(place)
}
