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
import { loadModel, modelFolder } from './model-file.ts'
import { trainBase } from './train-base.ts'

export interface Comparison {
  before: Evaluation
  after: Evaluation
  promoted: boolean
  version: string
  why: string
}

/**
 * Trains on the shipped base and the city's corrections, and puts the new model in use unless it does worse on `held`,
 * which must hold none of the corrections. The base's letters come from `folder`; without them only the corpus is left.
 */
export function trainCity(
  { city, settings }: { city: City; settings: Settings },
  corrections: readonly LabelledRow[],
  held: readonly LabelledRow[],
  folder: string,
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
  const version = `${city.id}-${versions(settings.dataDir).length + 1}`
  const { bytes } = trainBase(folder, examples, version)
  const before = evaluate(readerOf(city, settings, { model: loadModel(settings.dataDir) }), unseen)
  const after = evaluate(readerOf(city, settings, { model: Model.read(bytes) }), unseen)
  const why = worse(before, after)
  if (why === null) promote(settings.dataDir, bytes)
  return { before, after, promoted: why === null, version, why: why ?? 'no worse on the held-out lines' }
}

/** In what the new one is worse, or null. An emergency missed is worse than any gain. */
function worse(before: Evaluation, after: Evaluation): string | null {
  if ((after.emergency?.found ?? 0) < (before.emergency?.found ?? 0)) return 'it misses an emergency the old one finds'
  for (const part of ['topic', 'kind', 'group'] as const) {
    const [old, now] = [before[part], after[part]]
    if (old && now && now.macroF1 < old.macroF1)
      return `macro-F1 of ${part} falls from ${old.macroF1.toFixed(4)} to ${now.macroF1.toFixed(4)}`
  }
  return null
}

/** Numbers of the models kept, oldest first. */
export function versions(dataDir: string): number[] {
  const folder = modelFolder(dataDir)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .flatMap((name) => /^model-(\d+)\.bin$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

/** Kept under its number first, then in use by a rename: a crash leaves the old one. */
export function promote(dataDir: string, bytes: Uint8Array): number {
  const folder = modelFolder(dataDir)
  mkdirSync(folder, { recursive: true })
  const number = (versions(dataDir).at(-1) ?? 0) + 1
  writeFileSync(join(folder, `model-${number}.bin`), bytes)
  use(folder, bytes)
  return number
}

/** Goes back to the model before; from the first one to the shipped base. The one left is removed. Its number, or null for the base. */
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
  renameSync(join(folder, `model-${last}.bin`), join(folder, `left-${last}-${Date.now()}.bin`))
  return before
}

function use(folder: string, bytes: Uint8Array): void {
  const draft = join(folder, 'model.bin.new')
  writeFileSync(draft, bytes)
  renameSync(draft, join(folder, 'model.bin'))
}
