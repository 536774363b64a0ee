import type { GazetteerEntry, PlaceLevel } from '#understanding'
import type { CityAnswer, Organisation, Person, Station } from './city.ts'

/** A line of a file together with where it stands, so that a fault can say so. */
export interface Entry<T> {
  value: T
  /** `people.csv row 12`. */
  where: string
}

export interface CityEntries {
  places: Entry<GazetteerEntry>[]
  stations: Entry<Station>[]
  people: Entry<Person>[]
  organisations: Entry<Organisation>[]
  topicWords: Entry<{ topic: string }>[]
  answers: Entry<Pick<CityAnswer, 'words'>>[]
  topics: ReadonlySet<string>
  /** Ids and codes of lines that couldn't be read: those who point to them are not at fault. */
  unreadable: ReadonlySet<string>
}

/** What no single line can show: names that point nowhere, doubles, circles. One text a fault, with how to mend it. */
export function checkCity(city: CityEntries): string[] {
  const { places, stations, people, organisations } = city
  const levels = new Map(places.map(({ value }) => [value.code, value.level]))
  const stationIds = new Set(stations.map(({ value }) => value.id))
  const organisationIds = new Set(organisations.map(({ value }) => value.id))
  const missing = (id: string, known: { has(id: string): boolean }) => !known.has(id) && !city.unreadable.has(id)
  const faults = [
    ...doubles(places, ({ code }) => `code ${code}`, 'give one of them another code'),
    ...doubles(
      places,
      ({ name, parent }) => `name ${name} under ${parent ?? 'no parent'}`,
      'remove one, or tell them apart',
    ),
    ...doubles([...stations, ...people, ...organisations], ({ id }) => `id ${id}`, 'give one of them another id'),
    ...doubles(
      people.filter(({ value }) => value.station !== null),
      ({ name, station }) => `name ${name} in station ${station}`,
      'remove one, or add what tells them apart to the name',
    ),
    ...doubles(
      city.answers,
      ({ words }) =>
        `words ${words
          .map((group) => group.toSorted().join('/'))
          .toSorted()
          .join(';')}`,
      'no question would be surely meant for either; keep one',
    ),
    ...checkParents(places, city.unreadable),
  ]
  const check = (wrong: boolean, where: string, text: string) => wrong && faults.push(`${where}: ${text}`)

  for (const { value, where } of stations) {
    const level = levels.get(value.region)
    check(
      missing(value.region, levels),
      where,
      `region ${value.region} is not in regions.csv or places.csv; correct the code or add the place`,
    )
    check(
      !!level && level !== 'town' && level !== 'community',
      where,
      `region ${value.region} is a ${level}; name a town or community`,
    )
    check(value.scene !== `s-${value.id}`, where, `scene is ${value.scene}; write s-${value.id}`)
    check(
      value.kind === 'thematic' && value.topics.length === 0,
      where,
      'a thematic station has no topics; name at least one',
    )
  }
  for (const { value, where } of people) {
    const { region, station, organisation, role } = value
    check(
      missing(region, levels),
      where,
      `region ${region} is not in regions.csv or places.csv; correct the code or add the place`,
    )
    check(role === 'deputy' && !station, where, `deputy ${value.id} has no station; name one of stations.csv`)
    check(
      !!station && missing(station, stationIds),
      where,
      `station ${station} is not in stations.csv; correct the id or add it`,
    )
    check(
      role === 'handler' && !organisation,
      where,
      `handler ${value.id} has no organisation; name one of organisations.csv`,
    )
    check(
      !!organisation && missing(organisation, organisationIds),
      where,
      `organisation ${organisation} is not in organisations.csv; correct the id or add it`,
    )
  }
  for (const { value, where } of [...stations, ...people, ...organisations]) {
    for (const topic of value.topics) checkTopic(topic, where)
  }
  for (const { value, where } of city.topicWords) checkTopic(value.topic, where)
  return faults

  function checkTopic(topic: string, where: string): void {
    check(
      !city.topics.has(topic),
      where,
      `topic ${topic} is not in topics.csv; write 一级, 一级/二级 or 一级/二级/三级 as there`,
    )
  }
}

/** A place lies in a broader one. */
const breadth: Record<PlaceLevel, number> = { province: 6, city: 5, county: 4, town: 3, community: 2, estate: 1 }

function checkParents(places: Entry<GazetteerEntry>[], unreadable: ReadonlySet<string>): string[] {
  const byCode = new Map(places.map(({ value }) => [value.code, value]))
  return places.flatMap(({ value, where }) => {
    if (value.parent === null || unreadable.has(value.parent)) return []
    const parent = byCode.get(value.parent)
    if (!parent)
      return [`${where}: parent ${value.parent} is not in regions.csv or places.csv; correct the code or add it`]
    const circle = circleFrom(value, byCode)
    if (circle) return [`${where}: parents run in a circle, ${circle.join(' → ')}; correct one of them`]
    if (breadth[parent.level] <= breadth[value.level]) {
      return [`${where}: ${value.level} can't lie in ${parent.code} (${parent.level}); correct parent or level`]
    }
    return []
  })
}

/** The codes from `start` back to itself, or null; a circle further up is told at its own rows. */
function circleFrom(start: GazetteerEntry, byCode: Map<string, GazetteerEntry>): string[] | null {
  const path = [start.code]
  for (let at = start.parent; at !== null; at = byCode.get(at)?.parent ?? null) {
    if (at === start.code) return [...path, at]
    if (path.includes(at)) return null
    path.push(at)
  }
  return null
}

function doubles<T>(entries: Entry<T>[], key: (value: T) => string, mend: string): string[] {
  const seen = new Map<string, string>()
  return entries.flatMap(({ value, where }) => {
    const first = seen.get(key(value))
    if (first === undefined) seen.set(key(value), where)
    return first === undefined ? [] : [`${where}: ${key(value)} is already at ${first}; ${mend}`]
  })
}
