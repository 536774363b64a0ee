import type { Heard } from '#channels'
import type { Message } from './library.ts'
import type { MediaStore } from './media.ts'

/** What a person can say to us, by the library's names; the rest are the platform's own notices. */
const spoken = new Set(['Text', 'Image', 'Audio', 'Video', 'Location', 'Url'])
const unreadable = new Set(['Emoticon', 'Attachment', 'MiniProgram', 'Contact', 'ChatHistory', 'Post'])

export const isSpoken = (kind: string): boolean => spoken.has(kind)

/** What was said, with its picture already fetched: the platform gives it only for a while. Null: nothing for us. */
export async function readContent(
  message: Message,
  kind: string,
  text: string | null,
  media: MediaStore,
): Promise<Heard['content'] | null> {
  const { id } = message
  switch (kind) {
    case 'Text':
      return { type: 'text', text: text ?? message.text() }
    case 'Image':
      await keep(message, media)
      return { type: 'image', mediaId: id, url: null }
    case 'Audio':
      await keep(message, media)
      return { type: 'voice', mediaId: id, format: null, recognition: null }
    case 'Video':
      await keep(message, media)
      return { type: 'video', mediaId: id, thumbMediaId: null }
    case 'Location': {
      const { latitude, longitude, name, address } = (await message.toLocation()).payload
      return { type: 'location', latitude, longitude, label: [address, name].filter(Boolean).join(' ') || null }
    }
    case 'Url': {
      const { title, description, url } = (await message.toUrlLink()).payload
      return { type: 'link', title, description: description ?? '', url }
    }
    default:
      return unreadable.has(kind) ? { type: 'unsupported', name: kind } : null
  }
}

/** A picture that can't be had is still a message: the house is told that it is gone when it asks for it. */
async function keep(message: Message, media: MediaStore): Promise<void> {
  try {
    await media.keep(message.id, await message.toFileBox())
  } catch {
    return
  }
}
