import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { CommandLine } from './mashang.ts'

// Whole processes, on machines that do other things too.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

interface Listed {
  id: string
  role: string
  name: string
  region: string
  station: string | null
  topics: string[]
  bound: boolean
}

interface Waiting {
  number: string
  words: string
}

const chains = { cases: 0, events: 0, messages: 0, faults: [''] }

describe('beside a running start', () => {
  const cli = new CommandLine()
  beforeAll(() => cli.start(), 120_000)
  afterAll(() => cli.end())

  it('people: the rolls, on one line and the last', async () => {
    const { code, stdout, json } = await cli.run(['people', '--json'])
    expect(code).toBe(0)
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
    const people = json<Listed[]>()
    expect(people.filter(({ role }) => role === 'deputy').length).toBeGreaterThanOrEqual(50)
    for (const person of people) {
      expect(person).toMatchObject({
        id: expect.stringMatching(/^[a-z][a-z0-9-]+$/),
        name: expect.stringMatching(/\S/),
        region: expect.stringMatching(/\S/),
        topics: expect.any(Array),
        bound: expect.any(Boolean),
      })
      expect(['deputy', 'staff', 'handler', 'grid_worker']).toContain(person.role)
      expect(person.station === null || typeof person.station === 'string').toBe(true)
    }
    expect((await cli.run(['people', '--role', 'deputy'])).stdout).toContain(
      `${people[0]!.id}  人大代表  ${people[0]!.name}  `,
    )
  })

  it('code: for one person on the rolls, each time another', async () => {
    const [staff] = (await cli.run(['people', '--role', 'staff', '--json'])).json<Listed[]>()
    const deputy = (await cli.run(['code', '--deputy', 'bd-001', '--json'])).json<{ id: string; code: string }>()
    const again = await cli.run(['code', '--deputy', 'bd-001'])
    const clerk = await cli.run(['code', '--staff', staff!.id, '--json'])
    const spoken = /绑定 (\S{6,})\n$/.exec(again.stdout)?.[1]
    expect(deputy).toMatchObject({ id: 'bd-001', code: expect.stringMatching(/^\S{6,}$/) })
    expect(spoken).toBeDefined()
    expect(new Set([deputy.code, spoken, clerk.json<{ code: string }>().code]).size).toBe(3)
  })

  it.each([
    [['code', '--deputy', 'nobody'], 'no deputy has the id nobody'],
    [['code', '--staff', 'bd-001'], 'no staff has the id bd-001'],
    [['code'], 'name one person'],
    [['triage', 'assign', '12345', 'bd-001'], '12345 is not a case number'],
    [['start', '--only', 'kitchen'], 'there is no such part'],
    [['replay', 'nowhere.jsonl'], 'nowhere.jsonl can'],
    [['nonsense'], 'unknown command'],
  ])('%j is refused in a line', async (args, words) => {
    const { code, stdout, stderr } = await cli.run(args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr.split('\n')[0]).toContain(words)
    expect(stderr).not.toContain('    at ')
  })

  it('chat: what is piped in is said, and what each phone shows comes out', async () => {
    const { code, stdout } = await cli.run(['chat'], {}, '楼下路灯坏了两周没人修\n进度\n')
    expect(code).toBe(0)
    const number = /【群众的手机】\n已收到，编号 ([\d-]{4,})。/.exec(stdout)?.[1]
    expect(number).toBeDefined()
    // Told by the workers, not by the answer.
    expect(stdout).toMatch(new RegExp(`代表的手机】\\n【新诉求】编号 ${number}`))
    expect(stdout.slice(stdout.indexOf('您反映的事'))).toContain(`编号 ${number}`)
    const deputy = /负责：(\S+?)代表/.exec(stdout)![1]!
    const then = await cli.run(['chat'], {}, `@${deputy} 接单\n`)
    expect(then.stdout).toMatch(new RegExp(`【群众的手机】\n.*编号 ${number}`))
    const bound = (await cli.run(['people', '--role', 'deputy', '--json'])).json<Listed[]>()
    expect(bound.find(({ name }) => name === deputy)?.bound).toBe(true)
  })

  it('triage: lists what waits for staff, and hands it to a deputy by id', async () => {
    const [accused, other] = (await cli.run(['people', '--role', 'deputy', '--json'])).json<Listed[]>()
    await cli.run(['chat'], {}, `我要举报${accused!.name}代表收了好处，不给群众办事\n`)
    const waiting = (await cli.run(['triage', 'list', '--json'])).json<Waiting[]>()
    expect(waiting).toHaveLength(1)
    const { number, words } = waiting[0]!
    expect(words).toContain('我要举报')
    expect((await cli.run(['triage', 'list'])).stdout).toContain(`编号 ${number}`)
    const refused = await cli.run(['triage', 'assign', number, accused!.id, '--json'])
    expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 1, stdout: '' })
    const assigned = await cli.run(['triage', 'assign', number, other!.id, '--json'])
    expect(assigned.json()).toMatchObject({ number, deputy: other!.id })
    expect((await cli.run(['triage', 'list'])).stdout).toBe('没有待分派的诉求。\n')
  })

  it('verify: looks through every chain', async () => {
    const report = (await cli.run(['verify', '--json'])).json<typeof chains>()
    expect(report).toMatchObject({ cases: 2, faults: [], roots: 1 })
    expect(report.events).toBeGreaterThanOrEqual(6)
    expect((await cli.run(['verify'])).stdout).toMatch(/^完好：2 件，/)
  })
})

describe('alone', () => {
  const cli = new CommandLine()
  afterAll(() => cli.end())

  it('a command brings up the database it needs, and takes it down again', async () => {
    expect((await cli.run(['verify', '--json'])).json()).toMatchObject({ cases: 0, events: 0, faults: [] })
    expect(cli.postgresPid()).toBeUndefined()
  })

  it('help names every command, and needs no database', async () => {
    const { code, stdout } = await cli.run(['--help'])
    expect(code).toBe(0)
    for (const command of ['start', 'chat', 'replay', 'people', 'code', 'unbind', 'triage', 'deliveries', 'verify']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b.* {2,}\\S`, 'm'))
    }
    expect((await cli.run(['triage', '--help'])).stdout).toMatch(/^ {2}assign .* {2,}\S/m)
    // Without a word it says the same.
    expect((await cli.run([])).stdout).toBe(stdout)
  })
})
