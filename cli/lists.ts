import type pg from 'pg'
import { join } from 'node:path'
import { messageOf } from '#base'
import { countLoads, listHinted, listPeople, readHints, triageList, verify as verifyLedger, compareRoot } from '#store'
import type { Hint, PersonListed, TriageEntry, VerifyReport } from '#store'
import type { City } from '#config'
import { createDirectory } from '#config'
import { caseView, kindLabels, roleLabels, shorten, topicLabel } from '#templates'
import { listRoots, loadRoot } from '../workers/roots.ts'

interface PersonShown extends PersonListed {
  /** Open cases they hold. */
  load: number
}

/** `mashang people`: the rolls, with whether an account is bound. */
export async function people(pool: pg.Pool, role: string | undefined): Promise<PersonShown[]> {
  const loads = new Map<string, number>()
  const [listed] = await Promise.all([listPeople(pool), countLoads(pool, loads)])
  const all = listed.map((person) => ({ ...person, load: loads.get(person.id) ?? 0 }))
  return role === undefined ? all : all.filter((person) => person.role === role)
}

export function peopleTable(listed: PersonShown[], city: City): string {
  const directory = createDirectory(city, listed, new Date(0))
  return listed
    .map(({ id, role, name, region, station, topics, bound, load }) =>
      [
        id,
        roleLabels[role] ?? role,
        name,
        directory.place(region) ?? region,
        station === null ? '-' : (directory.station(station) ?? station),
        topics.map((topic) => topicLabel(topic)).join('、') || '-',
        bound ? '已绑定' : '未绑定',
        role === 'deputy' ? `在手 ${load}` : '',
      ].join('  '),
    )
    .join('\n')
}

export interface TriageListed {
  number: string
  opened: string
  kind: string
  topic: string | null
  /** What it may be about, likeliest first, where nobody has said which. */
  guesses: string[]
  place: string | null
  urgency: string
  due: string | null
  words: string
  /** What a language model takes it for, unchecked; null: none was asked, or none answered. */
  suggestion: Hint | null
}

/** `mashang triage list`: what waits for staff, oldest first. */
export async function triage(pool: pg.Pool, city: City, now: Date, most: number): Promise<TriageListed[]> {
  return listed(await triageList(pool, most), pool, city, now)
}

/** `mashang triage suggestions`: what a language model takes for something else than we do, newest first. */
export async function suggestions(pool: pg.Pool, city: City, now: Date, most: number): Promise<TriageListed[]> {
  return listed(await listHinted(pool, most), pool, city, now)
}

async function listed(entries: TriageEntry[], pool: pg.Pool, city: City, now: Date): Promise<TriageListed[]> {
  const directory = createDirectory(city, await listPeople(pool), now)
  const hints = await readHints(
    pool,
    entries.map(({ state }) => state.id),
  )
  return entries.map(({ state, placeText, text }) => {
    const view = caseView({ case: state, placeText }, directory, now)
    return {
      number: state.number,
      opened: view.opened,
      kind: view.kind,
      topic: view.topic,
      guesses: state.guesses ?? [],
      place: view.place,
      urgency: state.urgency,
      due: view.act_by,
      words: shorten((text ?? '').replaceAll('\n', ' '), 80),
      suggestion: hints.get(state.id) ?? null,
    }
  })
}

export function triageTable(entries: TriageListed[], none = '没有待分派的诉求。'): string {
  if (entries.length === 0) return none
  return entries
    .map(
      ({ number, opened, kind, topic, guesses, place, urgency, due, words, suggestion }) =>
        `编号 ${number}  ${opened}  ${kind}·${topic ?? unsorted(guesses)}  ${place ?? '地点不明'}  ${urgency === 'routine' ? '' : '紧急  '}${due ?? ''}前\n  ${words}${suggestion === null ? '' : `\n  ${suggestionText(suggestion)}`}`,
    )
    .join('\n')
}

const unsorted = (guesses: readonly string[]): string =>
  guesses.length === 0 ? '未分类' : `未分类（也许是${guesses.map(topicLabel).join(' 或 ')}）`

/** Said so that nobody takes it for more than a guess. */
function suggestionText({ kind, topic, place, confidence, model }: Hint): string {
  const parts = [kindLabels[kind] ?? kind, topicLabel(topic) ?? '主题不明', place === null ? '' : `地点：${place}`]
  return `模型建议（${model}，未经核实）：${parts.filter(Boolean).join('·')}，自评把握 ${Math.round(confidence * 100)}%`
}

/** `mashang verify`: chains, cases and commitments, and every daily root that lies in the data folder. */
export async function verify(
  pool: pg.Pool,
  dataDir: string,
  progress: (cases: number) => void,
): Promise<VerifyReport & { roots: number }> {
  const report = await verifyLedger(pool, progress)
  const folder = join(dataDir, 'roots')
  const files = await listRoots(folder)
  const faults = [...report.faults]
  let previous = ''
  for (const file of files) {
    const root = await loadRoot(folder, file).catch((error: unknown) => void faults.push(messageOf(error)))
    if (!root) continue
    if (root.previous !== previous) faults.push(`the root of ${root.at} does not follow the one before it`)
    previous = root.hash
    faults.push(...(await compareRoot(pool, root)))
  }
  return { ...report, faults: [...new Set(faults)], roots: files.length }
}
