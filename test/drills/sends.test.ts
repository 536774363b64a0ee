import type pg from 'pg'
import { expect, test } from 'vitest'
import { auditSends } from '../../drills/faults/sends.ts'

interface Kept {
  to: string
  text: string
  status: string
}

/** What the audit finds when the ledger holds these deliveries, in this order, and these arrived. */
async function findingsOf(kept: Kept[], arrived: [string, string][]): Promise<string[]> {
  const rows = kept.map(({ to, text, status }, index) => ({
    id: `d${index}`,
    seq: String(index + 1),
    template: 't',
    text,
    status,
    code: null,
    attempts: 1,
    createdAt: new Date(index),
    finishedAt: null,
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

test('an unknown one may have arrived or not', async () => {
  const kept = [{ to: 'a', text: '1', status: 'unknown' }, sent('a', '2')]
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
