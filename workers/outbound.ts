import { cardResultOf, fitted, splitText } from '#channels'
import type { ChannelRules, Outbound } from '#channels'
import type { Words as Known } from '#store'
import { tappableOf, togetherOf } from '#templates'

type Words = Pick<Known, 'caseNumber' | 'template' | 'text'>
/** A delivery, with what goes out in the same message. */
type Sent = Words & { along?: readonly Words[] }
type Limits = Pick<ChannelRules, 'sends' | 'mostBytes'>

/** A delivery that changes a card on the account where it was tapped, and means nothing anywhere else. */
export const cardTapped = 'card-tapped'

/**
 * What goes out for one delivery, one after the other: in the best shape the channel shows, in parts none of which is
 * too long for it. What can be tapped stands under the last of them.
 */
export function partsOf(delivery: Sent, rules: Limits): Outbound[] {
  const whole = fitted(outboundOf(delivery, rules), rules)
  const around = Buffer.byteLength(fitted({ ...whole, text: '' }, { sends: [] }).text)
  const [...parts] = splitText(whole.text, Math.max(Math.floor(rules.mostBytes / 2), rules.mostBytes - around))
  const last = parts.pop() ?? ''
  return [...parts.map(plain), { ...whole, text: last }]
}

/**
 * How many of those behind a delivery can share its message: they are of the same template, one that can be said of
 * several, and all fit into one part. A card is about one case.
 */
export function togetherWith(first: Words, next: readonly Words[], rules: Limits): number {
  if (outboundOf(first, rules).type === 'card') return 0
  const other = next.findIndex(({ template }) => template !== first.template)
  for (let count = other === -1 ? next.length : other; count > 0; count--) {
    const along = next.slice(0, count)
    if (togetherOf(first.template, [first, ...along]) === null) return 0
    if (partsOf({ ...first, along }, rules).length === 1) return count
  }
  return 0
}

// The words say by themselves what can be answered: a channel on which nothing can be tapped shows them as they are.
function outboundOf({ caseNumber, template, text, along = [] }: Sent, { sends }: Limits): Outbound {
  const all = along.length === 0 ? null : togetherOf(template, [{ caseNumber, text }, ...along])
  if (all !== null) return sends.includes('choices') ? { type: 'choices', ...all } : plain(all.text)
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
