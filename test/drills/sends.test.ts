import type pg from 'pg'
import { describe, expect, test } from 'vitest'
import { auditSends } from '../../drills/faults/sends.ts'

interface Kept {
  to: string
  text: string
  status: string
  /** The case it tells of, which of its events, and whose word that was. */
  of?: { caseId: string; event: number; speaker: string | null }
}

/** What the audit finds when the ledger holds these deliveries, in this order, and these arrived. */
async function findingsOf(kept: Kept[], arrived: [string, string][]): Promise<string[]> {
  const rows = kept.map(({ to, text, status, of }, index) => ({
    id: `d${index}`,
    seq: String(index + 1),
    caseId: of?.caseId ?? `case-${to}`,
    template: 't',
    text,
    status,
    code: null,
    attempts: 1,
    createdAt: new Date(index),
    finishedAt: null,
    firstEvent: of?.event ?? null,
    lastEvent: of?.event ?? null,
    speakers: of?.speaker ? [of.speaker] : null,
    sealed: Buffer.from(to),
  }))
  const pool = { query: async () => ({ rows }) } as unknown as pg.Pool
  const keyring = { open: (sealed: Buffer) => sealed.toString() }
  const { findings } = await auditSends(
    pool,
    keyring,
    arrived.map(([openid, content]) => ({ openid, content })),
  )
  return findings.map(({ sort }) => sort)
}

const sent = (to: string, text: string): Kept => ({ to, text, status: 'sent' })

test('what was sent arrived, in order', async () => {
  const kept = [
    sent('a', '1'),
    sent('b', '1'),
    sent('a', '2'),
    sent('a', '1'),
    { to: 'a', text: '9', status: 'refused' },
  ]
  expect(
    await findingsOf(kept, [
      ['a', '1'],
      ['a', '2'],
      ['b', '1'],
      ['a', '1'],
    ]),
  ).toEqual([])
})

test.each(['unknown', 'resolved', 'resent'])('one that is %s may have arrived or not', async (status) => {
  const kept = [{ to: 'a', text: '1', status }, sent('a', '2')]
  expect(await findingsOf(kept, [['a', '2']])).toEqual([])
  expect(
    await findingsOf(kept, [
      ['a', '1'],
      ['a', '2'],
    ]),
  ).toEqual([])
})

test.each<[string, string, Kept[], [string, string][]]>([
  [
    'arrived twice',
    'doubled',
    [sent('a', '1')],
    [
      ['a', '1'],
      ['a', '1'],
    ],
  ],
  [
    'an unknown one arrived twice',
    'doubled',
    [{ to: 'a', text: '1', status: 'unknown' }],
    [
      ['a', '1'],
      ['a', '1'],
    ],
  ],
  ['refused, and arrived', 'doubled', [{ to: 'a', text: '1', status: 'refused' }], [['a', '1']]],
  ['never meant to be sent', 'doubled', [], [['a', '1']]],
  ['went to somebody else', 'lost', [sent('a', '1')], []],
  ['never sent', 'lost', [{ to: 'a', text: '1', status: 'ready' }], []],
  ['never finished', 'lost', [{ to: 'a', text: '1', status: 'sending' }], []],
  [
    'the second before the first',
    'misordered',
    [sent('a', '1'), sent('a', '2')],
    [
      ['a', '2'],
      ['a', '1'],
    ],
  ],
])('%s: %s', async (_, sort, kept, arrived) => expect(await findingsOf(kept, arrived)).toContain(sort))

describe('the order of what arrives', () => {
  const about = (caseId: string, event: number, speaker: string | null, text: string): Kept => ({
    to: 'deputy',
    text,
    status: 'sent',
    of: { caseId, event, speaker },
  })

  test('between two residents’ matters there is none to keep', async () => {
    const kept = [about('one', 1, 'resident a', '1'), about('two', 1, 'resident b', '2')]
    expect(
      await findingsOf(kept, [
        ['deputy', '2'],
        ['deputy', '1'],
      ]),
    ).toEqual([])
  })

  test('what one resident said arrives as they said it, also of two matters', async () => {
    const kept = [about('one', 1, 'resident a', '1'), about('two', 1, 'resident a', '2')]
    expect(
      await findingsOf(kept, [
        ['deputy', '2'],
        ['deputy', '1'],
      ]),
    ).toEqual(['misordered'])
  })

  test('one case is told in the order of its events, whoever made them, and whatever the sequence says', async () => {
    const kept = [about('one', 4, 'resident a', '1'), about('two', 1, 'resident c', '3'), about('one', 3, null, '2')]
    expect(
      await findingsOf(kept, [
        ['deputy', '1'],
        ['deputy', '3'],
        ['deputy', '2'],
      ]),
    ).toEqual(['misordered'])
  })

  test('one that came too early does not hide those behind it', async () => {
    const kept = ['1', '2', '3'].map((text, index) => about('one', index + 1, 'resident a', text))
    const found = await findingsOf(kept, [
      ['deputy', '3'],
      ['deputy', '1'],
      ['deputy', '2'],
    ])
    expect(found.length).toBeGreaterThanOrEqual(2)
  })

  test('the same words twice, one of them unknown and not arrived: which did arrive can’t be told', async () => {
    const kept = [
      { ...about('one', 1, 'resident a', 'same'), status: 'unknown' },
      about('one', 2, 'resident a', 'between'),
      about('one', 3, 'resident a', 'same'),
    ]
    expect(
      await findingsOf(kept, [
        ['deputy', 'between'],
        ['deputy', 'same'],
      ]),
    ).toEqual([])
  })
})

describe('several cases in one message', () => {
  const told = (number: string) => `【新诉求】编号 ${number}\n路灯坏了\n回复：1 接单`
  const together = (numbers: string[], count = numbers.length) =>
    [
      ...numbers.map((number) => `【新诉求】编号 ${number}\n路灯坏了`),
      `以上 ${count} 件，回复时请写上编号，例如：接单 编号 ${numbers[0]}`,
    ].join('\n\n')

  test('are counted one by one', async () => {
    const kept = [sent('a', told('1042-9')), sent('a', told('1050-1')), sent('b', told('1068-2'))]
    expect(
      await findingsOf(kept, [
        ['a', together(['1042-9', '1050-1'])],
        ['b', told('1068-2')],
      ]),
    ).toEqual([])
  })

  test('that leave one out have lost it', async () => {
    const kept = [sent('a', told('1042-9')), sent('a', told('1050-1')), sent('a', told('1068-2'))]
    expect(await findingsOf(kept, [['a', together(['1042-9', '1068-2'])]])).toEqual(['lost'])
  })

  test('and one of them once more by itself: it came twice', async () => {
    const kept = [sent('a', told('1042-9')), sent('a', told('1050-1'))]
    const arrived: [string, string][] = [
      ['a', together(['1042-9', '1050-1'])],
      ['a', told('1050-1')],
    ]
    expect(await findingsOf(kept, arrived)).toContain('doubled')
  })

  test('that are another’s, or say they were more, were never meant to be sent', async () => {
    const kept = [sent('a', told('1042-9')), sent('a', told('1050-1'))]
    expect(await findingsOf(kept, [['b', together(['1042-9', '1050-1'])]])).toContain('doubled')
    expect(await findingsOf(kept, [['a', together(['1042-9', '1050-1'], 3)]])).toContain('doubled')
  })
})
