import { createHash } from 'node:crypto'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Clock } from '#base'
import type { Channel, Content, Media } from '#channels'
import type { Outcome } from '#queue'
import { keepMedia, missMedia, readMediaWanted } from '#store'
import type { Keyring, MediaVault, MediaWanted } from '#store'

export interface MediaTools {
  pool: pg.Pool
  keyring: Keyring
  channels: readonly Channel[]
  /** Where new content goes. */
  vault: MediaVault
  clock: Clock
  log: Logger
}

/** Platforms keep it for three days. https://developers.weixin.qq.com/doc/service/api/material/temporary/api_getmedia */
const keptForMs = 3 * 24 * 3_600_000
const longestWaitMs = 3_600_000

/** Fetches one picture, voice or video and keeps it sealed; what can't be had is written down, with why. */
export function createMediaWorker({ pool, keyring, channels, vault, clock, log }: MediaTools) {
  return async function fetchOne({ mediaId }: { mediaId: string }): Promise<Outcome> {
    const wanted = await readMediaWanted(pool, mediaId)
    // Fetched by another job, refused, or its person has left meanwhile.
    if (wanted === null) return { do: 'done' }
    const waitMs = wanted.notBefore.getTime() - clock().getTime()
    if (waitMs > 0) return { do: 'snooze', afterMs: waitMs }
    const media = await mediaOf(wanted)
    if (media.status === 'fetched') {
      const { contentType, bytes } = media
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const content = { contentType, bytes: bytes.length, sha256 }
      await keepMedia(pool, mediaId, content, vault.kept, clock(), () => vault.put(sha256, keyring.sealBytes(bytes)))
      log.debug({ media: mediaId, bytes: bytes.length, attempts: wanted.attempts + 1 }, 'media fetched')
      return { do: 'done' }
    }
    const notBefore = media.status === 'retry' ? nextTry(wanted, media.afterMs, clock()) : null
    await missMedia(pool, mediaId, { code: media.code, reason: media.reason, notBefore }, clock())
    const about = { media: mediaId, code: media.code, attempts: wanted.attempts + 1 }
    if (notBefore === null) {
      log.warn(about, 'media refused')
      return { do: 'done' }
    }
    log.info(about, 'media put off')
    return { do: 'snooze', afterMs: Math.max(50, notBefore.getTime() - clock().getTime()) }
  }

  async function mediaOf({ channel: name, type, extra }: MediaWanted): Promise<Media> {
    const channel = channels.find((each) => each.name === name)
    if (!channel?.fetchMedia) return { status: 'refused', code: 'MEDIA_CHANNEL', reason: 'this channel fetches none' }
    if (extra === null) return { status: 'refused', code: 'MEDIA_ERASED', reason: 'its message was erased' }
    // As intake wrote it: all of the content but its type.
    return channel.fetchMedia({ type, ...extra } as Content)
  }
}

/** The platform's wait is a floor, and each try doubles it; null once the platform has forgotten it anyway. */
function nextTry({ attempts, createdAt }: MediaWanted, afterMs: number, now: Date): Date | null {
  const next = now.getTime() + Math.max(afterMs, Math.min(longestWaitMs, 5_000 * 2 ** attempts))
  return next - createdAt.getTime() < keptForMs ? new Date(next) : null
}
