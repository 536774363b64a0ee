import type { Finds } from '../finds.ts'
import { leastGuess, readTopic, surely } from '../topic.ts'
import type { TopicFound } from '../topic.ts'
import { sureness } from './calibration.ts'
import { letterUnits } from './features.ts'
import type { Features } from './features.ts'
import type { Model } from './model.ts'
import { probabilities } from './probability.ts'

/** Whose an emergency is, wherever it happens: a knife at the school gate is no matter of teaching. */
const fields: Readonly<Record<string, string>> = {
  fire: '政法',
  crime: '政法',
  missing: '政法',
  'self-harm': '政法',
  medical: '卫生计生',
  gas: '城乡建设',
  electric: '城乡建设',
}
const inDanger = 0.6

/** The model's first level, with what the words say below it. `allowed`: by column, the topics to choose among. */
export function modelTopic(
  model: Model,
  features: Features,
  finds: Finds,
  ruled: TopicFound,
  allowed: readonly boolean[],
  danger: string | null = null,
): TopicFound {
  const { topics, sharpness, calibration, version } = model.header
  const length = finds.text.length > letterUnits ? 'letter' : 'line'
  const margins = model.topicMargins(features, allowed)
  const field = danger === null ? undefined : fields[danger]
  const column = field === undefined ? -1 : topics.indexOf(field)
  if (column >= 0) margins[column]! += inDanger
  const shares = probabilities(margins, allowed, sharpness[length])
  const top = shares.indexOf(Math.max(...shares))
  const first = topics[top]!
  const confidence = Math.round(sureness(shares[top]!, calibration?.[length]) * 1000) / 1000
  const below = ruled.topic?.split('/')[0] === first ? ruled : readTopic(finds, first)
  const second = shares.reduce((best, share, at) => (at !== top && share > (shares[best] ?? -1) ? at : best), -1)
  const reasons = [
    `model:${first} ${confidence}, ${topics[second] ?? '-'} ${(shares[second] ?? 0).toFixed(2)}<${version}`,
  ]
  const share = Math.min(shares[second] ?? 0, 1 - confidence, confidence)
  const guess = confidence >= surely || share < leastGuess ? null : { topic: topics[second]!, confidence: share }
  return { topic: below.topic ?? first, confidence, reasons: [...below.reasons, ...reasons], second: guess }
}
