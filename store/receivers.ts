import type pg from 'pg'
import type { SendWindow } from './rows.ts'

/** What the lane of somebody on the rolls begins with; a resident's is the id of a contact of theirs. */
const personLane = 'person:'

/** An account that a delivery may go to. */
export interface Receiver {
  id: string
  channel: string
  addressSealed: Buffer | null
  following: boolean
  windows: SendWindow[]
  heardAt: Date
}

/** An account that refused a delivery for good. What it said counts until its person is heard from there again. */
export interface Tried {
  account: string | null
  channel: string | null
  code: string
  reason: string
  /** When the account had last been heard from. */
  heard: string | null
  /** How often the delivery had been attempted by then, on all accounts. */
  attempts: number
}

/** Who stands behind the lanes of a step. */
export interface Receivers {
  /** One person has one key, however many lanes lead to them. */
  keyOf(lane: string): string
  /** All lanes of the person that this one leads to. */
  lanesOf(lane: string): string[]
  /** Their accounts, the one last heard from first. */
  accountsOf(lane: string): Receiver[]
}

interface Row extends Receiver {
  person: string | null
  root: string
}

/**
 * The accounts that each lane leads to, locked in one order: those bound to a person on the rolls, or all those of one
 * resident. Who was unbound, or is off the rolls, while this waited is not among them.
 */
export async function receiversOf(client: pg.ClientBase, lanes: string[]): Promise<Receivers> {
  const persons = lanes.filter(isPersonal).map((lane) => lane.slice(personLane.length))
  const contacts = lanes.filter((lane) => !isPersonal(lane))
  const { rows } = await client.query<Row>({
    name: 'lanes-receivers',
    text: `WITH root AS MATERIALIZED (
             SELECT DISTINCT COALESCE(resident_id, id) AS id FROM contact WHERE id = ANY($1::uuid[])
           ), wanted AS MATERIALIZED (
             SELECT id FROM root
             UNION SELECT c.id FROM root CROSS JOIN LATERAL (SELECT id FROM contact WHERE resident_id = root.id) c
             UNION SELECT c.id FROM unnest($2::text[]) AS p(id) JOIN person ON person.id = p.id AND person.active
               CROSS JOIN LATERAL (SELECT id FROM contact WHERE person_id = p.id) c
           )
           SELECT c.id, channel, address_sealed AS "addressSealed", following, windows, last_heard_at AS "heardAt",
             person_id AS person, COALESCE(resident_id, c.id) AS root
           FROM wanted w JOIN contact c ON c.id = w.id ORDER BY c.id FOR UPDATE OF c`,
    values: [contacts, persons],
  })
  const active = new Set(persons)
  const rootOf = new Map(rows.map(({ id, root }) => [id, root]))
  const keyOf = (lane: string) => (isPersonal(lane) ? lane : (rootOf.get(lane) ?? lane))
  const byKey = new Map<string, Row[]>()
  for (const row of [...rows].sort((a, b) => b.heardAt.getTime() - a.heardAt.getTime())) {
    const keys = [row.root, ...(row.person !== null && active.has(row.person) ? [personLane + row.person] : [])]
    for (const key of keys) {
      const known = byKey.get(key)
      if (known) known.push(row)
      else byKey.set(key, [row])
    }
  }
  return {
    keyOf,
    lanesOf(lane) {
      const known = isPersonal(lane) ? undefined : byKey.get(keyOf(lane))
      return known === undefined ? [lane] : [...new Set([lane, ...known.map(({ id }) => id)])]
    },
    accountsOf: (lane) => byKey.get(keyOf(lane)) ?? [],
  }
}

/** Of somebody on the rolls, who has one lane; a resident has one for each account. */
export function isPersonal(lane: string): boolean {
  return lane.startsWith(personLane)
}

/** Takes what a delivery needs from the windows of an account; null when there isn't enough left, a time when it must wait. */
type Take = (windows: SendWindow[], channel: string) => SendWindow[] | Date | null

export type Chosen =
  | { account: Receiver; left: SendWindow[] }
  | { account: null; later: Date }
  | { account: null; later?: undefined; code: string; reason: string | null }

/** What passes when the person is heard from again; the most hopeful of several reasons is the one that is kept. */
const passing = ['window-closed', '45015', '45047', 'left', '43004']

/**
 * The account a delivery goes to: the one last heard from that may be written to and has not refused it for good. When
 * none is left, why; with each channel's reason.
 */
export function chooseAccount(
  accounts: readonly Receiver[],
  tried: readonly Tried[],
  windowsOf: (account: Receiver) => SendWindow[],
  take: Take,
): Chosen {
  const codes: string[] = []
  for (const account of accounts) {
    const refused = tried.findLast((each) => each.account === account.id)
    if (account.addressSealed === null) codes.push('unbound')
    else if (!account.following) codes.push('left')
    else if (refused && Date.parse(refused.heard ?? '') === account.heardAt.getTime()) codes.push(refused.code)
    else {
      const left = take(windowsOf(account), account.channel)
      if (left instanceof Date) return { account: null, later: left }
      if (left) return { account, left }
      codes.push('window-closed')
    }
  }
  const code = passing.find((each) => codes.includes(each)) ?? codes[0] ?? 'unbound'
  return { account: null, code, reason: reasonOf(tried) }
}

/** One account's reason as it was given; of several, each with its channel. */
function reasonOf(tried: readonly Tried[]): string | null {
  if (tried.length <= 1) return tried[0]?.reason ?? null
  return tried.map(({ channel, code, reason }) => `${channel ?? '?'} ${code} ${reason}`).join('; ')
}
