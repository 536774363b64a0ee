import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import S3rver from '@20minutes/s3rver'
import type { BucketSettings } from '#store'

/** An S3-compatible server of this machine, which checks signatures (SigV4), with one bucket. */
export async function startBucket(): Promise<BucketSettings & { folder: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'mashang-s3-'))
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory: folder,
    configureBuckets: [{ name: 'media' }],
  })
  const { port } = await server.run()
  return {
    endpoint: `http://127.0.0.1:${port}`,
    bucket: 'media',
    region: 'us-east-1',
    // The only key pair that it knows.
    accessKey: 'S3RVER',
    secretKey: 'S3RVER',
    folder,
    async stop() {
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
