import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Presets, SingleBar } from 'cli-progress'
import { MashangError } from '#base'
import type { City } from '#config'
import { connectSimulator } from '#simulators'
import { countReplay } from '#store'
import type { ReplayCounts } from '#store'
import type pg from 'pg'

export interface ReplayOptions {
  file: string
  /** The simulator's address. */
  url: string
  city: City
  pool: pg.Pool
  dataDir: string
  concurrency: number
  stopped: AbortSignal
  /** Nothing but the result on standard output. */
  quiet: boolean
}

export interface ReplayReport extends ReplayCounts {
  /** Messages that the platform pushed, now or in earlier runs of the same file. */
  sent: number
  /** Of those, the ones the bot did not answer in time. */
  unanswered: number
  joined: number
  ack_ms_p50: number
  ack_ms_p99: number
  per_second: number
  /** False when it was stopped before the end. */
  complete: boolean
}

/** One line of the file: a message as a resident sent it elsewhere. */
interface Line {
  id: string
  sender: string
  sentAt: Date
  text: string
}

/**
 * Pushes a file's messages through the simulated platform and the real webhook, each sender's in order. Every sender
 * first scans the QR code of a station. Ids and times are the file's, so that what was sent before adds nothing; a run
 * that was stopped goes on where it stood.
 */
export async function replay(options: ReplayOptions): Promise<ReplayReport> {
  const { file, url, city, pool, dataDir, concurrency, stopped, quiet } = options
  const raw = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new MashangError(`${file} can't be read`, { code: 'REPLAY_FILE', fix: 'Name a JSONL file', cause })
  })
  const lines = parse(raw, file)
  const bookmark = await openBookmark(dataDir, raw)
  const connection = connectSimulator(url, { watch: false })
  const waits: number[] = []
  let unanswered = 0
  let finished = bookmark.done.size
  const bar = new SingleBar(
    { format: '{bar} {percentage}% | {value}/{total} | {rate} 条/秒 | 剩余 {eta_formatted}', stream: process.stderr },
    Presets.shades_classic,
  )
  if (!quiet && finished > 0) console.error(`接着上次：${finished} 条已经发过`)
  if (!quiet) bar.start(lines.length, finished, { rate: '-' })

  const began = performance.now()
  const queues = bySender(lines)
  let next = 0
  async function work(): Promise<void> {
    for (let mine = next++; mine < queues.length && !stopped.aborted; mine = next++) {
      const [sender, messages] = queues[mine]!
      const todo = messages.filter(({ id }) => !bookmark.done.has(id))
      if (todo.length === 0) continue
      const person = connection.person(`replay-${sender}`)
      const scanTime = seconds(messages[0]!.sentAt) - 60
      await person.scan(stationFor(sender, city), { createTime: scanTime })
      for (const { id, sentAt, text } of todo) {
        if (stopped.aborted) return
        const result = await person.say(text, { msgId: id, createTime: seconds(sentAt) })
        waits.push(result.milliseconds)
        if (result.answered) {
          finished += 1
          bookmark.done.add(id)
        } else unanswered += 1
        const elapsed = (performance.now() - began) / 1000
        if (!quiet) bar.update(finished, { rate: (waits.length / elapsed).toFixed(0) })
      }
    }
  }
  const saving = setInterval(() => void bookmark.save(), 1_000)
  try {
    await Promise.all(Array.from({ length: concurrency }, work))
  } finally {
    clearInterval(saving)
    await bookmark.save()
    if (!quiet) bar.stop()
    connection.close()
  }
  const elapsed = (performance.now() - began) / 1000
  const complete = finished === lines.length
  if (complete) await bookmark.remove()

  const counts = await countReplay(
    pool,
    'official-account',
    lines.map(({ id }) => `message:${id}`),
  )
  waits.sort((a, b) => a - b)
  return {
    sent: finished + unanswered,
    unanswered,
    ...counts,
    joined: counts.meanings['joined'] ?? 0,
    ack_ms_p50: quantile(waits, 0.5),
    ack_ms_p99: quantile(waits, 0.99),
    per_second: waits.length === 0 ? 0 : Math.round(waits.length / elapsed),
    complete,
  }
}

function parse(raw: string, file: string): Line[] {
  const faults: string[] = []
  const lines = raw.split('\n').flatMap((line, index): Line[] => {
    if (line.trim() === '') return []
    try {
      const { id, sender, sent_at: sentAt, title, text } = JSON.parse(line) as Record<string, string | undefined>
      const at = new Date(`${sentAt}+08:00`)
      if (!id || !/^\d{1,20}$/.test(id)) throw new Error('id is not a number')
      if (!sender) throw new Error('sender is missing')
      if (Number.isNaN(at.getTime())) throw new Error('sent_at is not a time')
      if (!text) throw new Error('text is missing')
      return [{ id, sender, sentAt: at, text: title ? `${title}\n${text}` : text }]
    } catch (error) {
      faults.push(`line ${index + 1}: ${error instanceof SyntaxError ? 'not JSON' : (error as Error).message}`)
      return []
    }
  })
  if (faults.length > 0) {
    const shown = faults.slice(0, 10).join('\n')
    throw new MashangError(`${file}: ${faults.length} lines can't be replayed\n${shown}`, {
      code: 'REPLAY_FILE',
      fix: 'Each line needs id, sender, sent_at and text',
    })
  }
  return lines
}

/** Senders in the order of their first message, each with all of theirs. */
function bySender(lines: Line[]): [string, Line[]][] {
  const queues = new Map<string, Line[]>()
  for (const line of lines) {
    const queue = queues.get(line.sender)
    if (queue) queue.push(line)
    else queues.set(line.sender, [line])
  }
  return [...queues]
}

function stationFor(sender: string, { stations }: City): string {
  const hash = createHash('sha256').update(sender).digest().readUInt32BE()
  return stations[hash % stations.length]!.scene
}

interface Bookmark {
  done: Set<string>
  save(): Promise<void>
  remove(): Promise<void>
}

/** Which messages of this very file were answered; kept beside the ledger they went into. */
async function openBookmark(dataDir: string, raw: string): Promise<Bookmark> {
  const name = createHash('sha256').update(raw).digest('hex').slice(0, 16)
  const folder = join(dataDir, 'replays')
  const path = join(folder, `${name}.json`)
  await mkdir(folder, { recursive: true })
  const done = new Set<string>(
    await readFile(path, 'utf8').then(
      (text) => JSON.parse(text) as string[],
      () => [],
    ),
  )
  return {
    done,
    save: () => writeFile(path, JSON.stringify([...done])),
    remove: () => rm(path, { force: true }),
  }
}

function seconds(at: Date): number {
  return Math.floor(at.getTime() / 1000)
}

function quantile(sorted: number[], q: number): number {
  if (sorted.length === 0) return 0
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]! * 10) / 10
}
