import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AwsClient } from 'aws4fetch'
import { MashangError } from '#base'
import type { MediaKept } from './media.ts'

/** Where sealed content lies, by the SHA-256 of what is sealed. */
export interface MediaVault {
  kept: MediaKept
  /** Resolves once it is there for good. The same content again replaces it. */
  put(sha256: string, sealed: Buffer): Promise<void>
  /** Null when it isn't there. */
  get(sha256: string): Promise<Buffer | null>
  /** Nothing, when it isn't there. */
  remove(sha256: string): Promise<void>
}

export interface BucketSettings {
  /** `https://s3.example.cn`, without the bucket. */
  endpoint: string
  bucket: string
  region: string
  accessKey: string
  secretKey: string
}

/** Files below a folder: `<folder>/ab/ab01…`. */
export function folderVault(folder: string): MediaVault {
  const pathOf = (sha256: string) => join(folder, checked(sha256).slice(0, 2), sha256)
  return {
    kept: 'folder',
    async put(sha256, sealed) {
      const path = pathOf(sha256)
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      // Written aside and renamed: a file that is there is whole.
      const draft = `${path}.${randomUUID()}`
      try {
        const file = await open(draft, 'wx', 0o600)
        try {
          await file.writeFile(sealed)
          await file.sync()
        } finally {
          await file.close()
        }
        await rename(draft, path)
      } catch (error) {
        // It may be the folder that is full: no half of it shall stay.
        await rm(draft, { force: true })
        throw error
      }
    },
    async get(sha256) {
      try {
        return await readFile(pathOf(sha256))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
        throw error
      }
    },
    async remove(sha256) {
      const folderOf = dirname(pathOf(sha256))
      // Drafts of it too: a put that was killed left one behind.
      const names = (await namesIn(folderOf)).filter((name) => name === sha256 || name.startsWith(`${sha256}.`))
      for (const name of names) await rm(join(folderOf, name), { force: true })
    },
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

const timeoutMs = 20_000

/** An S3-compatible store, addressed by path (`<endpoint>/<bucket>/ab/ab01…`), signed with SigV4. */
export function bucketVault({ endpoint, bucket, region, accessKey, secretKey }: BucketSettings): MediaVault {
  // Its own retries would outlast the transaction that waits for it; the job comes again instead.
  const client = new AwsClient({
    accessKeyId: accessKey,
    secretAccessKey: secretKey,
    service: 's3',
    region,
    retries: 0,
  })
  const urlOf = (sha256: string) => `${endpoint}/${bucket}/${checked(sha256).slice(0, 2)}/${sha256}`
  const ask = async (method: string, sha256: string, body?: Buffer) => {
    const response = await client.fetch(urlOf(sha256), {
      method,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      // Signed over the body as well: what arrives is what was sent.
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    })
    if (!response.ok && response.status !== 404) {
      await response.body?.cancel()
      throw new MashangError(`the bucket answered ${response.status} to ${method}`, {
        code: 'MEDIA_BUCKET',
        status: 502,
        fix: 'Compare MEDIA_S3_*; 403 means the keys, the clock of this machine, or what the keys may do',
      })
    }
    return response
  }
  return {
    kept: 'bucket',
    async put(sha256, sealed) {
      const response = await ask('PUT', sha256, sealed)
      await response.body?.cancel()
      if (!response.ok) {
        throw new MashangError('the bucket is not there', {
          code: 'MEDIA_BUCKET',
          status: 502,
          fix: 'Make MEDIA_S3_BUCKET',
        })
      }
    },
    async get(sha256) {
      const response = await ask('GET', sha256)
      if (response.ok) return Buffer.from(await response.arrayBuffer())
      await response.body?.cancel()
      return null
    },
    async remove(sha256) {
      await (await ask('DELETE', sha256)).body?.cancel()
    },
  }
}

/** Nothing but a hash ever becomes part of a path. */
function checked(sha256: string): string {
  if (/^[0-9a-f]{64}$/.test(sha256)) return sha256
  throw new MashangError('not a SHA-256', { code: 'MEDIA_HASH' })
}
