import { randomBytes } from 'node:crypto'
import { no } from './result.ts'
import type { Result } from './result.ts'

export type MediaType = 'image' | 'voice' | 'video' | 'thumb'

export interface MediaContent {
  contentType: string
  bytes: Buffer
}

const keptForMs = 3 * 24 * 3_600_000
const kilo = 1024
const mostBytes: Record<MediaType, number> = {
  image: 10 * kilo * kilo,
  voice: 2 * kilo * kilo,
  video: 10 * kilo * kilo,
  thumb: 64 * kilo,
}
const isMediaType = (type: string | null): type is MediaType => type !== null && Object.hasOwn(mostBytes, type)

/** What people sent and the account uploaded: each for three days. */
export class Media {
  readonly #kept = new Map<string, MediaContent & { type: MediaType; until: number }>()

  /** Keeps what is given, or something small of that type; the id that stands for it. */
  add(type: MediaType, now: number, content: MediaContent = sampleOf(type)): string {
    const id = randomBytes(48).toString('base64url')
    this.#kept.set(id, { ...content, type, until: now + keptForMs })
    return id
  }

  /** media/get: the bytes, or for a video where they lie. */
  get(id: string | null, now: number, origin: string): Result {
    const kept = this.#find(id, now)
    if (!kept) return no(40007, 'invalid media_id')
    return kept.type === 'video' ? { data: { video_url: `${origin}/_videos/${id}` } } : kept
  }

  /** Where a video lies. */
  video(id: string, now: number): MediaContent | null {
    const kept = this.#find(id, now)
    return kept?.type === 'video' ? kept : null
  }

  /** media/upload: a form with one file, in the field `media`. */
  upload(type: string | null, body: Buffer, contentType: string, now: number): Result {
    if (!isMediaType(type)) return no(40004, 'invalid media type')
    const file = fileIn(body, contentType)
    if (!file) return no(41005, 'media data missing')
    if (file.bytes.length > mostBytes[type]) return no(45001, 'media size out of limit')
    return { data: { type, media_id: this.add(type, now, file), created_at: Math.floor(now / 1000) } }
  }

  #find(id: string | null, now: number) {
    const kept = id === null ? undefined : this.#kept.get(id)
    return kept && now < kept.until ? kept : undefined
  }
}

/** The file of a multipart form; null when there is none under the name the platform wants. */
function fileIn(body: Buffer, contentType: string): MediaContent | null {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1]
  if (!contentType.startsWith('multipart/form-data') || boundary === undefined) return null
  const headEnd = body.indexOf('\r\n\r\n')
  const head = body.toString('latin1', 0, Math.max(0, headEnd))
  const end = body.indexOf(`\r\n--${boundary}`, headEnd)
  if (headEnd < 0 || end < 0 || !/name="media"/.test(head) || !/filename="[^"]+"/.test(head)) return null
  const type = /content-type: *(\S+)/i.exec(head)?.[1] ?? 'application/octet-stream'
  return { contentType: type, bytes: body.subarray(headEnd + 4, end) }
}

// The smallest picture there is (1 × 1), and the beginnings of a voice and a video.
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

function sampleOf(type: MediaType): MediaContent {
  switch (type) {
    case 'image':
    case 'thumb':
      return { contentType: 'image/png', bytes: png }
    case 'voice':
      return { contentType: 'audio/amr', bytes: Buffer.concat([Buffer.from('#!AMR\n'), randomBytes(320)]) }
    case 'video':
      return { contentType: 'video/mp4', bytes: Buffer.concat([Buffer.from('\0\0\0\x20ftypisom'), randomBytes(640)]) }
  }
}
