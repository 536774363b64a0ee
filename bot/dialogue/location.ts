import type { Reading } from '#understanding'
import type { Turn } from './turn.ts'

/**
 * What a location that was sent tells of a matter: where it is, nothing else. By the city's grids, else by the address that
 * stands beside the point; null when neither knows the place.
 */
export function readLocation({ inbound, desk }: Turn): Reading | null {
  const { content } = inbound
  if (content.type !== 'location') return null
  const label = content.label?.trim() ?? ''
  const code = desk.directory.placeAt(content.latitude, content.longitude)
  const place = code === null ? (label === '' ? null : desk.reader.read(label).place) : { code, text: label }
  if (place === null || place.code === null) return null
  return {
    kind: 'appeal',
    topic: null,
    topicConfidence: 0,
    place: { code: place.code, text: place.text || (desk.directory.place(place.code) ?? place.code) },
    urgency: 'routine',
    danger: null,
    accused: [],
    reasons: [code === null ? `place:label<${place.code}` : `place:grid<${code}`],
  }
}
