import { kinds } from '../reading.ts'
import { kindHead, matterHead, topicHeads } from './heads.ts'
import { packModel } from './model.ts'
import type { Model } from './model.ts'
import { prepare } from './prepare.ts'
import type { PrepareOptions } from './prepare.ts'

export interface TuneOptions extends Omit<PrepareOptions, 'topics'> {
  version: string
  provenance: Record<string, string | number | boolean>
}

/**
 * Goes on from a model with further examples: each head stays as near to what it was as they allow, so that nothing
 * the model was built of is needed again. Give some of the base's lines along with the new ones, lest it forget.
 */
export function tuneModel(base: Model, options: TuneOptions): Uint8Array {
  const { version, provenance } = options
  const { topics, letterTopics, bits, sharpness, calibration, danger } = base.header
  const prepared = prepare({ ...options, topics }, { of: (...text) => base.featuresOf(...text) })
  const [features, seed, first] = [2 ** bits, 17, topics.length]
  const groups = prepared.some(({ example }) => example.setting === 'group' && example.heart === undefined)
  const weights = [
    ...topicHeads(
      prepared.filter(({ topic }) => topic >= 0),
      topics.length,
      features,
      seed,
      (column) => base.column(column),
    ),
    ...kinds.map((kind, at) => kindHead(prepared, kind, features, seed, base.column(first + at))),
    // What is said in private teaches nothing of groups.
    groups
      ? matterHead(prepared, features, seed, base.column(first + kinds.length))
      : base.column(first + kinds.length),
    // Heads of letters alone know labels of letters; corrections are of all sorts.
    ...letterTopics.map((_, at) => base.column(first + kinds.length + 1 + at)),
  ]
  // Of emergencies corrections say nothing.
  return packModel(
    { version, bits, topics, letterTopics, sharpness, calibration, danger, provenance },
    base.idf,
    weights,
    base.dangerColumn(),
  )
}
