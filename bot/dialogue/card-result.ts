import type { AnswerTemplate, Say } from '#templates'

/** By meaning: what stands on a card after a tap that settled it. Other taps leave its buttons where they are. */
const words: Record<string, AnswerTemplate> = {
  accepted: 'card-accepted',
  declined: 'card-declined',
  // Somebody else has it by now, or it was done before.
  refused: 'card-over',
  'unknown-number': 'card-over',
}

/** The word in place of a tapped card's buttons; null: they may be tapped again. */
export function cardWord(meaning: string, say: Say): string | null {
  const template = Object.hasOwn(words, meaning) ? words[meaning]! : null
  return template === null ? null : say(template, {})
}
