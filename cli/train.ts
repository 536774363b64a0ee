import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MashangError } from '#base'
import { Model } from '#understanding'
import type { Example, Kind } from '#understanding'
import type { City, Settings } from '#config'
import { kinds } from '#understanding'
import { readerOf } from './classify.ts'
import { evaluate } from './evaluate.ts'
import type { Evaluation } from './evaluate.ts'
import type { LabelledRow } from './labelled-file.ts'
import { basePath, loadModel, modelFolder } from './model-file.ts'
import { tuneBase } from './train-base.ts'

export interface Comparison {
  before: Evaluation
  after: Evaluation
  promoted: boolean
  version: string
  why: string
}

/**
 * Goes on from the shipped model with the city's corrections, and puts the new one in use unless it does worse on `held`,
 * of which those that are among the corrections are left out.
 */
export function trainCity(
  { city, settings }: { city: City; settings: Settings },
  corrections: readonly LabelledRow[],
  held: readonly LabelledRow[],
): Comparison {
  const told = new Set(corrections.map(({ text }) => text))
  const unseen = held.filter(({ text }) => !told.has(text))
  if (unseen.length < 50) {
    throw new MashangError(`only ${unseen.length} lines are left to compare on`, {
      code: 'TRAIN_HELD_OUT',
      fix: '--held-out must name a file of at least 50 lines that are not among the corrections',
    })
  }
  const examples = corrections.map(({ text, kind, topic, setting }): Example => ({
    text,
    topic,
    setting,
    kind: kinds.find((each): each is Kind => each === kind) ?? null,
  }))
  const version = `${city.id}-${nextVersion(settings.dataDir)}`
  const bytes = tuneBase(Model.read(readFileSync(basePath)), city, examples, version)
  const before = evaluate(readerOf(city, settings, { model: loadModel(settings.dataDir) }), unseen)
  const after = evaluate(readerOf(city, settings, { model: Model.read(bytes) }), unseen)
  const why = worse(before, after)
  if (why === null) promote(settings.dataDir, bytes)
  return { before, after, promoted: why === null, version, why: why ?? 'no worse on the held-out lines' }
}

/** A line in two hundred: less than this says nothing. */
const chance = 0.005

/** In what the new one is worse, or null. An emergency missed is worse than any gain. */
function worse(before: Evaluation, after: Evaluation): string | null {
  if ((after.emergency?.found ?? 0) < (before.emergency?.found ?? 0)) return 'it misses an emergency the old one finds'
  for (const part of ['topic', 'kind', 'group'] as const) {
    const [old, now] = [before[part], after[part]]
    if (old && now && now.macroF1 < old.macroF1 - chance)
      return `macro-F1 of ${part} falls from ${old.macroF1.toFixed(4)} to ${now.macroF1.toFixed(4)}`
  }
  return null
}

/** Numbers of the models kept, oldest first. */
export const versions = (dataDir: string): number[] => numbered(dataDir, /^model-(\d+)\.bin$/)

/** Never one that was in use before, though it was left again. */
const nextVersion = (dataDir: string): number => (numbered(dataDir, /^(?:model|left)-(\d+)\.bin$/).at(-1) ?? 0) + 1

function numbered(dataDir: string, name: RegExp): number[] {
  const folder = modelFolder(dataDir)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .flatMap((file) => name.exec(file)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

/** Kept under its number first, then in use by a rename: a crash leaves the old one. */
export function promote(dataDir: string, bytes: Uint8Array): number {
  const folder = modelFolder(dataDir)
  mkdirSync(folder, { recursive: true })
  const number = nextVersion(dataDir)
  writeFileSync(join(folder, `model-${number}.bin`), bytes)
  use(folder, bytes)
  return number
}

/** Goes back to the model before; from the first one to the shipped base. Its number, or null for the base. */
export function rollBack(dataDir: string): number | null {
  const folder = modelFolder(dataDir)
  const kept = versions(dataDir)
  const last = kept.pop()
  if (last === undefined) {
    throw new MashangError('there is no model to go back from: the shipped one is in use', { code: 'TRAIN_NO_VERSION' })
  }
  const before = kept.at(-1) ?? null
  if (before === null) rmSync(join(folder, 'model.bin'), { force: true })
  else use(folder, readFileSync(join(folder, `model-${before}.bin`)))
  // Renamed, not deleted: what was in use can be asked for later.
  renameSync(join(folder, `model-${last}.bin`), join(folder, `left-${last}.bin`))
  return before
}

function use(folder: string, bytes: Uint8Array): void {
  const draft = join(folder, 'model.bin.new')
  writeFileSync(draft, bytes)
  renameSync(draft, join(folder, 'model.bin'))
}
