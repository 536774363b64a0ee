import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, load, median, peakMemoryMb, root, startPeer, startServer } from './processes.ts'

export interface WebhookFigures {
  per_second: number
  peer_per_second: number
  ratio: number
  p99_ms: number
  memory_mb: number
}

const signing = { token: 'benchtoken', account: 'gh_bench' }
const connections = 64

/**
 * Durable answers a second with the whole intake (read, message, case, events, outbox committed, receipt), beside
 * co-wechat answering the same pushes without storing anything. Rounds alternate; the median counts.
 */
export async function benchWebhook(
  rounds: number,
  count: number,
  log: (line: string) => void,
  at = root,
): Promise<WebhookFigures> {
  const dataDir = await mkdtemp(join(tmpdir(), 'mashang-bench-'))
  const port = await freePort()
  const server = await startServer(
    ['--only', 'bot'],
    {
      DATA_DIR: dataDir,
      PORT: String(port),
      LOG_LEVEL: 'error',
      OFFICIAL_ACCOUNT_APP_ID: 'wxbench0000000001',
      OFFICIAL_ACCOUNT_APP_SECRET: 'benchsecret',
      OFFICIAL_ACCOUNT_TOKEN: signing.token,
    },
    at,
  )
  const peer = await startPeer('peer.ts', [signing.token, 'wxbench0000000001'])
  try {
    const order = { signing, connections, rate: 0, mark: '' }
    // The first ten thousand messages run in code that V8 has yet to compile: both sides get as many beforehand.
    await load({ ...order, port, count })
    await load({ ...order, port: peer.port, count })
    const ours = []
    const theirs = []
    for (let round = 1; round <= rounds; round++) {
      const mine = await load({ ...order, port, count })
      const other = await load({ ...order, port: peer.port, count })
      if (mine.failed > 0 || mine.receipts !== count) {
        throw new Error(`${mine.failed} answers failed, ${mine.receipts} of ${count} had a receipt`)
      }
      ours.push(mine)
      theirs.push(other)
      log(
        `webhook ${round}/${rounds}: ${mine.perSecond.toFixed(0)}/s (p99 ${mine.p99Ms.toFixed(1)} ms), co-wechat ${other.perSecond.toFixed(0)}/s`,
      )
    }
    const perSecond = median(ours.map((each) => each.perSecond))
    const peerPerSecond = median(theirs.map((each) => each.perSecond))
    return {
      per_second: Math.round(perSecond),
      peer_per_second: Math.round(peerPerSecond),
      ratio: Math.round((perSecond / peerPerSecond) * 1000) / 1000,
      p99_ms: Math.round(median(ours.map((each) => each.p99Ms)) * 10) / 10,
      memory_mb: await peakMemoryMb(server.pid),
    }
  } finally {
    await peer.stop()
    await server.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}
