import type { Example } from '../corpus/grow.ts'
import type { Finds } from '../finds.ts'
import type { Kind } from '../reading.ts'
import { letterUnits } from './features.ts'
import type { Featuriser } from './features.ts'
import type { Prepared } from './heads.ts'

export interface PrepareOptions {
  /** Lines and letters alike. */
  examples: readonly Example[]
  /** How much an example counts; lines grown from one heart share a heart's weight. */
  weightOf(example: Example): number
  /** First levels, all that the model shall know. */
  topics: readonly string[]
  /** Words found in a text, and the kind the rules give it. */
  look(text: string): { finds: Finds; kind: Kind; danger: boolean }
}

export function prepare(
  { examples, topics, weightOf, look }: PrepareOptions,
  featuriser: Pick<Featuriser, 'of'>,
): Prepared[] {
  return examples.map((example) => {
    const { finds, kind, danger } = look(example.text)
    const { grams, topics: topicsEnd, size, index, value } = featuriser.of(finds, kind)
    const first = example.topic?.split('/')[0]
    return {
      example,
      letter: finds.text.length > letterUnits,
      topic: first === undefined ? -1 : topics.indexOf(first),
      weight: weightOf(example),
      grams,
      danger,
      // A word of the list would teach that the list is always right.
      forTopics: {
        index: index.slice(0, example.word ? grams : topicsEnd),
        value: value.slice(0, example.word ? grams : topicsEnd),
      },
      forKinds: {
        index: Uint32Array.from([...index.subarray(0, grams), ...index.subarray(topicsEnd, size)]),
        value: Float32Array.from([...value.subarray(0, grams), ...value.subarray(topicsEnd, size)]),
      },
    }
  })
}
