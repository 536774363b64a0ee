/** What bytes begin with, and what they therefore are. */
const beginnings: { contentType: string; at: number; bytes: string }[] = [
  { contentType: 'image/jpeg', at: 0, bytes: '\xff\xd8\xff' },
  { contentType: 'image/png', at: 0, bytes: '\x89PNG\r\n\x1a\n' },
  { contentType: 'image/gif', at: 0, bytes: 'GIF87a' },
  { contentType: 'image/gif', at: 0, bytes: 'GIF89a' },
  { contentType: 'image/webp', at: 8, bytes: 'WEBP' },
  { contentType: 'audio/amr', at: 0, bytes: '#!AMR' },
  { contentType: 'audio/ogg', at: 0, bytes: 'OggS' },
  { contentType: 'audio/mpeg', at: 0, bytes: 'ID3' },
  { contentType: 'video/mp4', at: 4, bytes: 'ftyp' },
]

export type MediaFamily = 'image' | 'audio' | 'video'

/** The content type that the bytes themselves speak of; null for one that we don't keep. */
export function contentTypeOf(bytes: Buffer): string | null {
  const found = beginnings.find(({ at, bytes: begin }) => bytes.toString('latin1', at, at + begin.length) === begin)
  if (found) return found.contentType
  // An MPEG audio frame without a tag before it: eleven set bits, and none of the reserved layers and rates.
  const [first = 0, second = 0] = bytes
  return first === 0xff && (second & 0xe0) === 0xe0 && (second & 0x18) !== 0x08 && (second & 0x06) === 0x02
    ? 'audio/mpeg'
    : null
}

/** The family a platform claims; null for a claim that says nothing, such as `application/octet-stream`. */
export function claimedFamily(contentType: string): MediaFamily | null {
  const [family] = contentType.split('/')
  if (family === 'voice' || family === 'audio') return 'audio'
  return family === 'image' || family === 'video' ? family : null
}
