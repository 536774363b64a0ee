/** Loaded before the bot (`node --expose-gc --import`): tells whoever started it what it holds, after a full collection. */
export interface Memory {
  heapMb: number
  rssMb: number
}

const mb = (bytes: number): number => Math.round((bytes / 1024 / 1024) * 10) / 10

process.on('message', (asked) => {
  if (asked !== 'memory') return
  globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  process.send!({ heapMb: mb(heapUsed + external), rssMb: mb(rss) } satisfies Memory)
})
process.channel!.unref()
