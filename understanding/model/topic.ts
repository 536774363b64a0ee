import type { Finds } from '../finds.ts'
import { leastGuess, readTopic, surely } from '../topic.ts'
import type { TopicFound } from '../topic.ts'
import { letterUnits } from './features.ts'
import type { Features } from './features.ts'
import type { Model } from './model.ts'
import { probabilities } from './probability.ts'

/** The model's first level, with what the words say below it. `allowed`: by column, the topics to choose among. */
export function modelTopic(
  model: Model,
  features: Features,
  finds: Finds,
  ruled: TopicFound,
  allowed: readonly boolean[],
): TopicFound {
  const { topics, sharpness, version } = model.header
  const sharp = finds.text.length > letterUnits ? sharpness.letter : sharpness.line
  const shares = probabilities(model.topicMargins(features, allowed), allowed, sharp)
  const top = shares.indexOf(Math.max(...shares))
  const first = topics[top]!
  const confidence = Math.round(shares[top]! * 1000) / 1000
  const below = ruled.topic?.split('/')[0] === first ? ruled : readTopic(finds, first)
  const second = shares.reduce((best, share, at) => (at !== top && share > (shares[best] ?? -1) ? at : best), -1)
  const reasons = [
    `model:${first} ${confidence}, ${topics[second] ?? '-'} ${(shares[second] ?? 0).toFixed(2)}<${version}`,
  ]
  const share = shares[second] ?? 0
  const guess = confidence >= surely || share < leastGuess ? null : { topic: topics[second]!, confidence: share }
  return { topic: below.topic ?? first, confidence, reasons: [...below.reasons, ...reasons], second: guess }
}
