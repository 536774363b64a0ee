import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '#base'
import type { Clock } from '#base'
import type { FileBox } from './library.ts'
import type { Seal } from './seal.ts'
import { nameOf } from './speaker.ts'

/** Pictures and the like that were said to us, until the house has fetched them. */
export interface MediaStore {
  /** Fetches and keeps what lies behind a message. False: too large, or gone. */
  keep(mediaId: string, file: FileBox): Promise<boolean>
  /** Null: it is gone for good. Throws when it can't be read just now. */
  find(mediaId: string): Promise<{ contentType: string; bytes: Buffer } | null>
  /** Removes what is over three days old, as the platform itself does. */
  tidy(): Promise<void>
}

const mostBytes = 20 * 1024 * 1024
const keptForMs = 3 * 86_400_000

export async function openMediaStore(folder: string, seal: Seal, clock: Clock): Promise<MediaStore> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = (mediaId: string) => join(folder, `${sha256(mediaId)}.sealed`)
  return {
    async keep(mediaId, file) {
      if ((file.size ?? 0) > mostBytes) return false
      const bytes = await file.toBuffer()
      if (bytes.length === 0 || bytes.length > mostBytes) return false
      const head = Buffer.from(`${file.mediaType ?? 'application/octet-stream'}\n`)
      await writeFile(path(mediaId), seal.close(Buffer.concat([head, bytes])), { mode: 0o600 })
      return true
    },
    async find(mediaId) {
      const sealed = await readFile(path(mediaId)).catch((error: unknown) => {
        if (nameOf(error) === 'ENOENT') return null
        throw error
      })
      if (sealed === null) return null
      try {
        const kept = seal.open(sealed)
        const line = kept.indexOf('\n')
        return { contentType: String(kept.subarray(0, line)), bytes: kept.subarray(line + 1) }
      } catch {
        return null
      }
    },
    async tidy() {
      const until = clock().getTime() - keptForMs
      for (const name of await readdir(folder)) {
        const file = join(folder, name)
        const { mtimeMs } = await stat(file)
        if (mtimeMs < until) await rm(file, { force: true })
      }
    },
  }
}
