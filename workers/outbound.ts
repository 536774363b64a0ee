import { cardResultOf, fitted, splitText } from '#channels'
import type { ChannelRules, Outbound } from '#channels'
import type { Claimed } from '#store'
import { tappableOf } from '#templates'

type Words = Pick<Claimed, 'caseNumber' | 'template' | 'text'>
type Limits = Pick<ChannelRules, 'sends' | 'mostBytes'>

/** A delivery that changes a card on the account where it was tapped, and means nothing anywhere else. */
export const cardTapped = 'card-tapped'

/**
 * What goes out for one delivery, one after the other: in the best shape the channel shows, in parts none of which is
 * too long for it. What can be tapped stands under the last of them.
 */
export function partsOf(delivery: Words, rules: Limits): Outbound[] {
  const whole = fitted(outboundOf(delivery, rules), rules)
  const around = Buffer.byteLength(fitted({ ...whole, text: '' }, { sends: [] }).text)
  const [...parts] = splitText(whole.text, Math.max(Math.floor(rules.mostBytes / 2), rules.mostBytes - around))
  const last = parts.pop() ?? ''
  return [...parts.map(plain), { ...whole, text: last }]
}

// The words say by themselves what can be answered: a channel on which nothing can be tapped shows them as they are.
function outboundOf({ caseNumber, template, text }: Words, { sends }: Limits): Outbound {
  if (template === cardTapped) return cardResultOf(text)
  if (template === 'group-emergency') return { type: 'text', text, urgent: true }
  const tappable = tappableOf(template, caseNumber, text)
  if (tappable === null || caseNumber === null) return plain(text)
  const { title, choices } = tappable
  if (tappable.text !== undefined && sends.includes('choices')) return { type: 'choices', text: tappable.text, choices }
  if (title !== null && sends.includes('card')) return { type: 'card', title, text, caseNumber, choices }
  return sends.includes('choices') ? { type: 'choices', text, choices } : plain(text)
}

const plain = (text: string): Outbound => ({ type: 'text', text })
