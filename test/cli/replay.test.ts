import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { until } from '../support/house.ts'
import { CommandLine } from './mashang.ts'

// Whole processes, on machines that do other things too.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

interface Report {
  sent: number
  stored: number
  cases: number
  joined: number
  routed: number
  triage: number
  receipts: number
  ack_ms_p50: number
  ack_ms_p99: number
  per_second: number
  complete: boolean
}

interface Line {
  id: string
  sender: string
  sent_at: string
  title?: string
  text: string
}

const matters = [
  '小区门口井盖松动，车压过去很响',
  '楼上漏水，物业一直不来',
  '垃圾桶满了好几天没人清',
  '广场舞音响太大，孩子没法写作业',
  '路口红绿灯不亮，接送孩子很危险',
]

let cli: CommandLine
let file: string
beforeEach(() => {
  cli = new CommandLine()
  file = join(cli.folder, 'messages.jsonl')
})
afterEach(() => cli.end())

function write(lines: Line[]): void {
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
}

/** Senders with a matter each, every third of whom adds to it five minutes later. */
function letters(senders: number): Line[] {
  return Array.from({ length: senders }, (_, n): Line[] => {
    const first = {
      id: `${70_000 + 2 * n}`,
      sender: `s${n}`,
      sent_at: '2026-03-02T09:00:00',
      title: '反映一件事',
      text: matters[n % 5]!,
    }
    const more = {
      id: `${70_001 + 2 * n}`,
      sender: `s${n}`,
      sent_at: '2026-03-02T09:05:00',
      text: '补充一下，就在大门左手边',
    }
    return n % 3 === 0 ? [first, more] : [first]
  }).flat()
}

it('stores each message once, joins what belongs together, and adds nothing the second time', async () => {
  write([...letters(12), { id: '69000', sender: 'polite', sent_at: '2026-03-03T10:00:00', text: '你好' }])
  const first = (await cli.run(['replay', file, '--json'])).json<Report>()
  // 12 matters and 4 additions; a greeting opens nothing, and has no number in its answer.
  expect(first).toMatchObject({
    sent: 17,
    stored: 17,
    cases: 12,
    joined: 4,
    routed: 12,
    triage: 0,
    receipts: 16,
    complete: true,
  })
  expect(first.ack_ms_p50).toBeGreaterThan(0)
  expect(first.ack_ms_p99).toBeGreaterThanOrEqual(first.ack_ms_p50)
  expect(first.per_second).toBeGreaterThan(0)

  const counts = ({ sent, stored, cases, joined, routed, triage, receipts }: Report) => ({
    sent,
    stored,
    cases,
    joined,
    routed,
    triage,
    receipts,
  })
  const again = await cli.run(['replay', file])
  expect(again.stdout).toContain('发出 17  存下 17  立件 12  并入 4')
  expect(again.stdout).toMatch(/最常用的分派理由：\n +12  \S+/)
  const third = (await cli.run(['replay', file, '--json'])).json<Report>()
  expect(counts(third)).toEqual(counts(first))
  expect((await cli.run(['verify', '--json'])).json()).toMatchObject({ cases: 12, messages: 16, faults: [] })
})

it('stops on Ctrl-C and goes on where it stood', async () => {
  const lines = letters(900)
  write(lines)
  const running = cli.launch(['replay', file, '--json', '--concurrency', '1'])
  await until(() => bookmarked().length > 0, 'nothing was sent', 60_000)
  running.child.kill('SIGINT')
  const stopped = await running.ended
  const part = stopped.json<Report>()
  expect({ code: stopped.code, complete: part.complete }).toEqual({ code: 0, complete: false })
  expect(part.stored).toBe(part.sent)
  expect(part.sent).toBeGreaterThan(0)
  expect(part.sent).toBeLessThan(lines.length)
  expect(bookmarked()).toHaveLength(part.sent)

  const rest = await cli.run(['replay', file])
  expect(rest.stderr).toContain(`接着上次：${part.sent} 条已经发过`)
  expect(rest.stdout).toContain(`发出 ${lines.length}  存下 ${lines.length}  立件 900  并入 300`)
  // The next time is from the beginning.
  expect(readdirSync(join(cli.dataDir, 'replays'))).toEqual([])
  expect((await cli.run(['verify', '--json'])).json()).toMatchObject({ cases: 900, faults: [] })
})

it('sends nothing of a file with lines it can’t send, and names them', async () => {
  const [good] = letters(1)
  const bad = [
    '{"id":"1"',
    JSON.stringify({ ...good, id: 'x1' }),
    JSON.stringify({ ...good, sender: undefined }),
    JSON.stringify({ ...good, sent_at: 'yesterday' }),
    JSON.stringify({ ...good, text: '' }),
  ]
  writeFileSync(file, [JSON.stringify(good), '', ...bad].join('\n'))
  const { code, stdout, stderr } = await cli.run(['replay', file, '--json'])
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain('5 lines can')
  for (const words of [
    'line 3: not JSON',
    'line 4: id is not a number',
    'line 5: sender is missing',
    'line 6: sent_at is not a time',
    'line 7: text is missing',
  ]) {
    expect(stderr).toContain(words)
  }
  expect((await cli.run(['verify', '--json'])).json()).toMatchObject({ cases: 0, events: 0 })
})

/** Ids that a stopped replay noted as answered. */
function bookmarked(): string[] {
  try {
    const folder = join(cli.dataDir, 'replays')
    return readdirSync(folder).flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as string[])
  } catch {
    return []
  }
}
