import type { Outbound } from './message.ts'
import type { ChannelRules } from './windows.ts'

/** The message in a shape the channel can show: as it is, else as text with what can be tapped written out. */
export function fitted(message: Outbound, { sends }: Pick<ChannelRules, 'sends'>): Outbound {
  return sends.includes(message.type) ? message : { type: 'text', text: asText(message) }
}

function asText(message: Outbound): string {
  switch (message.type) {
    case 'text':
    case 'picture':
    case 'card-result':
      return message.text
    case 'card':
    case 'choices': {
      // The words of a tap are what would be written instead of it.
      const choices = message.choices.map(({ label, says }) =>
        label === says ? `· ${says}` : `· ${label}：回复“${says}”`,
      )
      const title = message.type === 'card' ? message.title : null
      return [title, message.text, ...choices].filter((line) => line !== null).join('\n')
    }
  }
}
