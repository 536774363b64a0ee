import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bucketVault, folderVault } from '#store'
import type { MediaVault } from '#store'
import { startBucket } from '../support/bucket.ts'

const folder = mkdtempSync(join(tmpdir(), 'mashang-vault-'))
let bucket: Awaited<ReturnType<typeof startBucket>>
const vaults: Record<string, () => MediaVault> = {
  'a folder': () => folderVault(folder),
  'a bucket': () => bucketVault(bucket),
}
const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

beforeAll(async () => {
  bucket = await startBucket()
})
afterAll(async () => {
  await bucket.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe.each(Object.keys(vaults))('%s', (name) => {
  test('gives back what was put in, byte for byte, and no more once it was taken out', async () => {
    const vault = vaults[name]!()
    for (const length of [0, 1, 70_000, 3_000_000]) {
      const bytes = randomBytes(length)
      const sha256 = hashOf(bytes)
      expect(await vault.get(sha256)).toBeNull()
      await vault.put(sha256, bytes)
      await vault.put(sha256, bytes)
      expect((await vault.get(sha256))?.equals(bytes)).toBe(true)
      await vault.remove(sha256)
      await vault.remove(sha256)
      expect(await vault.get(sha256)).toBeNull()
    }
  })

  test('takes nothing but a hash for a name', async () => {
    const vault = vaults[name]!()
    for (const wrong of ['../../etc/passwd', '', 'a'.repeat(63), `${'a'.repeat(63)}/`, 'A'.repeat(64)]) {
      await expect(async () => vault.put(wrong, Buffer.from('x'))).rejects.toMatchObject({ code: 'MEDIA_HASH' })
      await expect(async () => vault.get(wrong)).rejects.toMatchObject({ code: 'MEDIA_HASH' })
    }
  })
})

test('files lie two levels deep, for nobody else to read, and none is left half-written', async () => {
  const vault = folderVault(folder)
  const bytes = randomBytes(1_000)
  const sha256 = hashOf(bytes)
  await Promise.all(Array.from({ length: 8 }, () => vault.put(sha256, bytes)))
  expect(readdirSync(join(folder, sha256.slice(0, 2)))).toEqual([sha256])
  expect(statSync(join(folder, sha256.slice(0, 2), sha256)).mode & 0o777).toBe(0o600)
})

test('a put that failed leaves no draft, and removing takes along what one that was killed left', async () => {
  const vault = folderVault(folder)
  const [one, other] = ['c'.repeat(64), `${'c'.repeat(63)}d`]
  const inside = join(folder, 'cc')
  mkdirSync(join(inside, one), { recursive: true })
  await expect(vault.put(one, Buffer.from('x'))).rejects.toMatchObject({ code: 'EISDIR' })
  expect(readdirSync(inside)).toEqual([one])
  rmSync(join(inside, one), { recursive: true })
  for (const sha256 of [one, other]) writeFileSync(join(inside, `${sha256}.draft`), 'half')
  await vault.remove(one)
  expect(readdirSync(inside)).toEqual([`${other}.draft`])
})

test.each([
  ['a wrong secret', { secretKey: 'not-it' }, /403/],
  ['an unknown key', { accessKey: 'nobody' }, /403/],
  ['no such bucket', { bucket: 'elsewhere' }, /not there/],
])('a bucket with %s is refused, with what to do', async (_what, wrong, message) => {
  const vault = bucketVault({ ...bucket, ...wrong })
  const sha256 = hashOf(Buffer.from('x'))
  await expect(vault.put(sha256, Buffer.from('x'))).rejects.toMatchObject({
    code: 'MEDIA_BUCKET',
    message: expect.stringMatching(message),
    fix: expect.stringContaining('MEDIA_S3'),
  })
})
