import type { Content } from '#channels'
import { contentLabels } from '#templates'

/** The words of a message as everybody will see them; `spoken` is false for what has no words of its own. */
export function wordsOf(content: Content): { text: string; spoken: boolean } | null {
  switch (content.type) {
    case 'text':
      return { text: content.text, spoken: true }
    case 'voice':
      return content.recognition?.trim()
        ? { text: content.recognition, spoken: true }
        : { text: contentLabels.voice, spoken: false }
    case 'image':
      return { text: contentLabels.image, spoken: false }
    case 'video':
      return { text: contentLabels.video, spoken: false }
    case 'location':
      return {
        text: content.label?.trim() ? `${contentLabels.location} ${content.label}` : contentLabels.location,
        spoken: false,
      }
    case 'link':
      return { text: [contentLabels.link, content.title, content.description].filter(Boolean).join(' '), spoken: false }
    default:
      return null
  }
}

/** All the rest the platform said of it, for the ledger; null when the words are all there is. */
export function extraOf(content: Content): object | null {
  switch (content.type) {
    case 'text':
    case 'unfollow':
      return null
    default: {
      const { type: _, ...extra } = content
      return Object.keys(extra).length > 0 ? extra : null
    }
  }
}
