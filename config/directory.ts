import { shanghaiDay, shanghaiMs } from '#base'
import type { Calendar as CaseCalendar, Roster, RosterDeputy, Terms } from '#cases'
import { addWorkingDays } from './calendar.ts'
import type { City, Station } from './city.ts'
import { createGridFinder } from './grids.ts'

/** A person of the rolls as the ledger lists them. */
export interface ListedPerson {
  id: string
  role: string
  name: string
  region: string
  station: string | null
  topics: string[]
  leave: { from: string; until: string }[]
  bound: boolean
}

/** How many open cases each deputy holds, by id, as counted; what goes to them meanwhile is added. One map for all directories. */
export type Loads = Map<string, number>

/** Who is who and where, at one moment: what routing, receipts and pushes look up. */
export interface Directory extends Roster {
  person(id: string): string | null
  roleOf(id: string): string | null
  isBound(id: string): boolean
  station(id: string): string | null
  place(code: string): string | null
  /** The most specific place around a point of the map (GCJ-02), by code; null outside all that are drawn. */
  placeAt(latitude: number, longitude: number): string | null
  /** What a QR code stands for; null for one that is not ours. */
  scene(scene: string): { deputy: string | null; station: Station | null } | null
  /** Bound staff who answer for a region; all bound staff when the region is unknown. */
  staffFor(region: string | null): string[]
  /** The duty groups of a station that can be reached. */
  groupsAt(station: string): string[]
  /** Who bears a name, for a clerk who types one. */
  named(name: string): string[]
  /** One more case went to this deputy since they were counted: the next one is routed with that in mind. */
  countCase(deputy: string): void
}

const dayMs = 24 * 3_600_000

/** Puts the city's files and the ledger's list of people together. */
export function createDirectory(
  city: City,
  people: readonly ListedPerson[],
  now: Date,
  loads: Loads = new Map(),
): Directory {
  const places = new Map(city.regions.map((place) => [place.code, place]))
  const stations = new Map(city.stations.map((station) => [station.id, station]))
  const persons = new Map(people.map((person) => [person.id, person]))
  const today = shanghaiDay(now)

  const gridsAt = gridFinderOf(city)
  const lines = new Map<string, readonly string[]>()
  const ancestors = (code: string): readonly string[] => {
    const known = lines.get(code)
    if (known) return known
    const line: string[] = []
    for (let at = places.get(code); at; at = at.parent === null ? undefined : places.get(at.parent)) line.push(at.code)
    lines.set(code, line)
    return line
  }
  const spelled = new Map<string, string | null>()
  const deputies: RosterDeputy[] = people
    .filter(({ role }) => role === 'deputy')
    .map(({ id, station, region, topics, leave }) => ({
      id,
      station,
      region,
      topics,
      get load() {
        return loads.get(id) ?? 0
      },
      onLeave: leave.some(({ from, until }) => from <= today && today <= until),
    }))

  return {
    deputies,
    stations: city.stations,
    ancestors,
    person: (id) => persons.get(id)?.name ?? null,
    roleOf: (id) => persons.get(id)?.role ?? null,
    isBound: (id) => persons.get(id)?.bound ?? false,
    station: (id) => stations.get(id)?.name ?? null,
    place(code) {
      const known = spelled.get(code)
      if (known !== undefined) return known
      // The county and what lies in it: nobody here needs to be told the city or the province.
      const names = ancestors(code)
        .map((each) => places.get(each)!)
        .filter(({ level }, index) => index === 0 || (level !== 'province' && level !== 'city'))
        .map(({ name }) => name)
      const name = names.length === 0 ? null : names.reverse().join('')
      spelled.set(code, name)
      return name
    },
    placeAt: (latitude, longitude) => gridsAt(latitude, longitude)[0] ?? null,
    scene(scene) {
      const id = scene.slice(2)
      if (scene.startsWith('s-')) {
        const station = stations.get(id)
        return station ? { deputy: null, station } : null
      }
      const deputy = scene.startsWith('d-') ? persons.get(id) : undefined
      if (deputy?.role !== 'deputy') return null
      return { deputy: deputy.id, station: deputy.station === null ? null : (stations.get(deputy.station) ?? null) }
    },
    staffFor(region) {
      const around = region === null ? null : new Set(ancestors(region))
      return people
        .filter(({ role, bound }) => role === 'staff' && bound)
        .filter((person) => around === null || around.size === 0 || around.has(person.region))
        .map(({ id }) => id)
    },
    groupsAt: (station) =>
      people
        .filter((person) => person.role === 'group' && person.bound && person.station === station)
        .map(({ id }) => id),
    countCase(deputy) {
      if (persons.get(deputy)?.role === 'deputy') loads.set(deputy, (loads.get(deputy) ?? 0) + 1)
    },
    named: (name) => people.filter((person) => person.name === name).map(({ id }) => id),
  }
}

/** The city's deadlines as the cases' terms. */
export function termsOf({ deadlines }: City): Terms {
  return {
    accept: {
      routine: { workingDays: deadlines.acceptWorkingDays },
      urgent: { hours: deadlines.acceptUrgentHours },
      emergency: { hours: deadlines.acceptUrgentHours },
    },
    assign: { workingDays: deadlines.acceptWorkingDays },
    answer: {
      routine: { workingDays: deadlines.answer.routineWorkingDays },
      urgent: { hours: deadlines.answer.urgentHours },
      emergency: { hours: deadlines.answer.urgentHours },
    },
    judge: { days: deadlines.judgementDays },
    askBack: { hours: deadlines.askBackHours },
    supervise: { workingDays: deadlines.escalateEveryWorkingDays },
    remindHours: deadlines.remindHoursBefore,
    remindPromiseDays: 7,
  }
}

/**
 * The city's calendar as the cases need it: a term of working days ends when the offices close, so that nobody is told
 * of a deadline at three in the night.
 */
export function calendarOf({ calendar, officeHours }: City): CaseCalendar {
  const [hours, minutes] = (officeHours.at(-1)?.until ?? '18:00').split(':').map(Number) as [number, number]
  const closing = (hours * 60 + minutes) * 60_000
  // What starts on one day ends on one day, so a day's answer serves all its cases.
  const ends = new Map<string, number>()
  return {
    addWorkingDays(from, days) {
      const key = `${Math.floor((from.getTime() + shanghaiMs) / dayMs)}+${days}`
      let end = ends.get(key)
      if (end === undefined) {
        const shanghai = addWorkingDays(from, days, calendar).getTime() + shanghaiMs
        end = Math.floor(shanghai / dayMs) * dayMs + closing - shanghaiMs
        if (ends.size > 1_000) ends.clear()
        ends.set(key, end)
      }
      return new Date(end)
    },
  }
}

/** Once for a city: its directory is made anew every few seconds. */
const finders = new WeakMap<City, ReturnType<typeof createGridFinder>>()

function gridFinderOf(city: City): ReturnType<typeof createGridFinder> {
  const known = finders.get(city)
  if (known) return known
  const made = createGridFinder(city.grids, city.regions)
  finders.set(city, made)
  return made
}
