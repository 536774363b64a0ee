import { connect } from 'node:net'
import { pushes } from './messages.ts'
import type { Signing } from './messages.ts'

/** What the load generator is told to do. */
export interface LoadOrder {
  port: number
  signing: Signing
  count: number
  connections: number
  /** Requests a second in all; 0: as fast as the answers come. */
  rate: number
  /** Put before a running number into every text. */
  mark: string
}

export interface LoadResult {
  /** When the first was sent, in milliseconds since 1970: the requests were made before. */
  beganAt: number
  seconds: number
  perSecond: number
  p50Ms: number
  p99Ms: number
  /** Answers that were not 200. */
  failed: number
  /** When each was sent, in milliseconds since 1970, by its running number. */
  sentAt: number[]
  /** Answers that name a case. */
  receipts: number
}

/** Raw sockets and requests made beforehand, so that the generator costs as little as it can on a shared machine. */
async function run({ port, signing, count, connections, rate, mark }: LoadOrder): Promise<LoadResult> {
  const requests = pushes(port, signing, count, (index) => (mark === '' ? '' : `（${mark}${index}）`))
  const waits: number[] = []
  const sentAt: number[] = []
  let next = 0
  let failed = 0
  let receipts = 0
  const beganAt = Date.now()
  const began = performance.now()

  async function one(): Promise<void> {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.setNoDelay(true)
    let received: Buffer = Buffer.alloc(0)
    let answer: ((text: string) => void) | null = null
    let broken: ((error: Error) => void) | null = null
    socket.on('error', (error) => broken?.(error))
    socket.on('close', () => broken?.(new Error('closed')))
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
      const end = received.indexOf('\r\n\r\n')
      if (end < 0) return
      const length = /content-length: (\d+)/i.exec(received.toString('latin1', 0, end))?.[1]
      if (length === undefined || received.length < end + 4 + Number(length)) return
      const text = received.toString('utf8')
      received = Buffer.alloc(0)
      answer?.(text)
    })
    for (let mine = next++; mine < count; mine = next++) {
      if (rate > 0) {
        const due = began + (mine / rate) * 1000
        const early = due - performance.now()
        if (early > 1) await new Promise((resolve) => setTimeout(resolve, early))
      }
      const sent = performance.now()
      sentAt[mine] = Date.now()
      const text = await new Promise<string>((resolve, reject) => {
        answer = resolve
        broken = reject
        socket.write(requests[mine]!)
      }).catch(() => '')
      waits.push(performance.now() - sent)
      if (!text.startsWith('HTTP/1.1 200')) failed += 1
      else if (text.includes('编号')) receipts += 1
      if (text === '') break
    }
    broken = null
    socket.destroy()
  }

  await Promise.all(Array.from({ length: connections }, one))
  const seconds = (performance.now() - began) / 1000
  waits.sort((a, b) => a - b)
  const at = (q: number) => waits[Math.min(waits.length - 1, Math.floor(waits.length * q))] ?? 0
  return {
    beganAt,
    seconds,
    perSecond: waits.length / seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    failed,
    receipts,
    sentAt: rate > 0 ? sentAt : [],
  }
}

process.on('message', (order: LoadOrder) => {
  void run(order).then((result) => process.send!(result))
})
