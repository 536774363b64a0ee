import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { z } from 'zod'
import { MashangError, messageOf } from '#base'
import { checkCity } from './check-city.ts'
import type { Entry } from './check-city.ts'
import { calendarSchema, citySchema, menuSchema, tables } from './city-files.ts'
import type { City, Menu } from './city.ts'
import { deadlinesSchema } from './deadlines.ts'
import { gridsOf, gridsSchema } from './grids.ts'
import { readTable } from './table.ts'

const citiesFolder = fileURLToPath(new URL('./cities/', import.meta.url))

/**
 * Reads and checks a city. `folder`: a name under `config/cities`, or an absolute path.
 *
 * @throws `CITY_INVALID`, listing every fault of every file at once, with its row and how to mend it
 */
export function loadCity(folder: string): City {
  const path = isAbsolute(folder) ? folder : join(citiesFolder, folder)
  const inside = isAbsolute(folder) || /^[a-z0-9][a-z0-9-]*$/.test(folder)
  if (!inside || !existsSync(path)) {
    const known = readdirSync(citiesFolder).join(', ')
    throw invalid(folder, [`no such folder; set CITY to one of ${known}, or to an absolute path`])
  }
  const faults: string[] = []
  const unreadable = new Set<string>()
  const city = readJson(path, 'city.json', citySchema, faults)
  const deadlines = readJson(path, 'deadlines.json', deadlinesSchema, faults)
  const calendar = readJson(path, 'calendar.json', calendarSchema, faults)
  // Optional: without it, the account's menu is left alone.
  const menu = existsSync(join(path, 'menu.json')) ? readJson<Menu>(path, 'menu.json', menuSchema, faults) : null
  // Optional: without it, a location is known by the address beside it.
  const grids = existsSync(join(path, 'grids.geojson')) ? readJson(path, 'grids.geojson', gridsSchema, faults) : null
  const read = <Name extends keyof typeof tables>(file: Name) => readEntries(path, file, faults, unreadable)
  const regions = read('regions.csv')
  const places = read('places.csv')
  const stations = read('stations.csv')
  const people = read('people.csv')
  const organisations = read('organisations.csv')
  const topicRows = read('topics.csv')
  // Optional: without it, topics are understood by their own names only.
  const topicWords = existsSync(join(path, 'topic-words.csv')) ? read('topic-words.csv') : []

  // Optional: without it, every question goes to a person.
  const answers = existsSync(join(path, 'answers.csv')) ? read('answers.csv') : []

  const topics = topicPaths(topicRows.map(({ value }) => value))
  const gazetteer = [...regions, ...places]
  // On the map, a station stands for the place it stands in.
  const standsIn = new Map(stations.map(({ value }) => [value.id, value.region]))
  // Without a whole table, everything that points into it would seem wrong and hide the one real fault.
  const whole = [regions, places, stations, people, organisations, topicRows].every((entries) => entries.length > 0)
  if (whole)
    faults.push(
      ...checkCity({ places: gazetteer, stations, people, organisations, topicWords, answers, topics, unreadable }),
    )
  const codes = new Set(gazetteer.map(({ value }) => value.code))
  for (const [index, { properties }] of (whole ? (grids?.features ?? []) : []).entries()) {
    if (codes.has(properties.code) || standsIn.has(properties.code) || unreadable.has(properties.code)) continue
    faults.push(
      `grids.geojson: features.${index} code ${properties.code} is not in regions.csv, places.csv or stations.csv; correct it or add the place`,
    )
  }
  if (!city || !deadlines || !calendar || faults.length > 0) throw invalid(folder, faults)
  return {
    id: basename(path),
    ...city,
    regions: valuesOf(gazetteer),
    stations: valuesOf(stations),
    people: valuesOf(people),
    organisations: valuesOf(organisations),
    topics: [...topics],
    topicWords: valuesOf(topicWords),
    answers: valuesOf(answers),
    deadlines,
    calendar,
    menu,
    grids: grids === null ? [] : gridsOf(grids, (id) => standsIn.get(id) ?? id),
  }
}

function invalid(folder: string, faults: string[]): MashangError {
  return new MashangError(`city ${folder} can't be used:\n${faults.map((fault) => `  ${fault}`).join('\n')}`, {
    code: 'CITY_INVALID',
    fix: "mend the lines above in the city's folder, or set CITY to another folder",
  })
}

function valuesOf<T>(entries: Entry<T>[]): T[] {
  return entries.map(({ value }) => value)
}

/** A parent before its children, in the order of the list. */
function topicPaths(rows: { level1: string; level2: string; level3: string }[]): Set<string> {
  const paths = new Set<string>()
  for (const { level1, level2, level3 } of rows) {
    paths.add(level1)
    if (level2) paths.add(`${level1}/${level2}`)
    if (level2 && level3) paths.add(`${level1}/${level2}/${level3}`)
  }
  return paths
}

function readEntries<Name extends keyof typeof tables>(
  path: string,
  file: Name,
  faults: string[],
  unreadable: Set<string>,
): Entry<z.output<(typeof tables)[Name]>>[] {
  const schema = tables[file]
  const text = readText(path, file, faults)
  if (text === null) return []
  const rows = readTable(text, Object.keys(schema.shape), (row, message) =>
    faults.push(`${file} row ${row}: ${message}`),
  )
  if (rows.length === 0) faults.push(`${file}: has no line that can be read; add at least one`)
  return rows.flatMap(({ row, cells }) => {
    const where = `${file} row ${row}`
    const result = schema.safeParse(cells)
    if (result.success) return [{ where, value: result.data as z.output<(typeof tables)[Name]> }]
    unreadable.add(cells['id'] || cells['code'] || '')
    faults.push(...result.error.issues.map((issue) => `${where}: ${issue.path.join('.')} ${issue.message}`))
    return []
  })
}

function readJson<T>(path: string, file: string, schema: z.ZodType<T>, faults: string[]): T | null {
  const text = readText(path, file, faults)
  if (text === null) return null
  try {
    const result = schema.safeParse(JSON.parse(text))
    if (result.success) return result.data
    faults.push(...result.error.issues.map((issue) => `${file}: ${issue.path.join('.')} ${issue.message}`))
  } catch (error) {
    faults.push(`${file}: not JSON, ${messageOf(error)}; look for a missing comma or quote`)
  }
  return null
}

function readText(path: string, file: string, faults: string[]): string | null {
  try {
    return readFileSync(join(path, file), 'utf8')
  } catch (error) {
    faults.push(`${file}: can't be read, ${messageOf(error)}; add the file`)
    return null
  }
}
