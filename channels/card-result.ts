import type { Outbound } from './message.ts'

type CardResult = Extract<Outbound, { type: 'card-result' }>

/** A change of a tapped card as one text, for where a message is kept as words alone. */
export function packCardResult({ code, text }: Omit<CardResult, 'type'>): string {
  return JSON.stringify({ code, text })
}

/** What `packCardResult` packed. Throws a SyntaxError for anything else. */
export function cardResultOf(packed: string): CardResult {
  const { code, text } = JSON.parse(packed) as Omit<CardResult, 'type'>
  return { type: 'card-result', code, text }
}
