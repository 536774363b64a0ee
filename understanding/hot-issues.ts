import { tellingPhrases } from './phrases.ts'

/** One case of a cluster, as far as its weight goes. */
export interface IssueCase {
  id: string
  /** The same for all accounts of one resident. */
  resident: string
  openedAt: Date
  /** The community or town it is of; null: unknown. */
  area: string | null
  /** How its words call the place. */
  place?: string | null
  text: string
}

/** Open cases of at least `fewest` people that are one matter. */
export interface HotIssue {
  /** The oldest first. */
  cases: string[]
  people: number
  areas: string[]
  /** The first and the last time somebody reported it. */
  since: Date
  latest: Date
  /** What it is ranked by. */
  heat: number
  /** Phrases that most of them use, the most telling first. */
  summary: string[]
}

/** Fewer people than this are neighbours, not an issue. */
const fewest = 3
/** Somebody's word counts half after so many days. */
const halfLifeDays = 14
const dayMs = 24 * 3_600_000

/** Groups of two and more that hang together by links, whatever the order of the links; each sorted, as are the groups. */
export function clustersOf(links: Iterable<readonly [string, string]>): string[][] {
  const parents = new Map<string, string>()
  const rootOf = (id: string): string => {
    let root = id
    for (let up = parents.get(root); up !== undefined && up !== root; up = parents.get(root)) root = up
    for (let at = id; at !== root;) {
      const up = parents.get(at)!
      parents.set(at, root)
      at = up
    }
    return root
  }
  for (const [a, b] of links) {
    for (const id of [a, b]) if (!parents.has(id)) parents.set(id, id)
    const [first, second] = [rootOf(a), rootOf(b)]
    if (first !== second) parents.set(first, second)
  }
  const groups = new Map<string, string[]>()
  for (const id of parents.keys()) {
    const root = rootOf(id)
    const group = groups.get(root)
    if (group) group.push(id)
    else groups.set(root, [id])
  }
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => group.toSorted())
    .toSorted((a, b) => (a[0]! < b[0]! ? -1 : 1))
}

/**
 * The clusters that trouble most: by how many people, how lately, and how far around. `avoid`: words that no summary may
 * hold, such as the names of the rolls.
 */
export function hotIssues(
  links: Iterable<readonly [string, string]>,
  cases: ReadonlyMap<string, IssueCase>,
  now: Date,
  avoid: readonly string[] = [],
): HotIssue[] {
  const issues: HotIssue[] = []
  for (const group of clustersOf(links)) {
    const members = group
      .map((id) => cases.get(id))
      .filter((each) => each !== undefined)
      .sort((a, b) => a.openedAt.getTime() - b.openedAt.getTime() || (a.id < b.id ? -1 : 1))
    const latestOf = new Map(members.map(({ resident, openedAt }) => [resident, openedAt]))
    if (latestOf.size < fewest) continue
    const areas = [...new Set(members.map(({ area }) => area).filter((area) => area !== null))].toSorted()
    let weight = 0
    for (const said of latestOf.values())
      weight += 0.5 ** (Math.max(0, now.getTime() - said.getTime()) / dayMs / halfLifeDays)
    issues.push({
      cases: members.map(({ id }) => id),
      people: latestOf.size,
      areas,
      since: members[0]!.openedAt,
      latest: members.at(-1)!.openedAt,
      heat: weight * (1 + Math.log2(Math.max(1, areas.length)) / 4),
      summary: tellingPhrases(members, avoid),
    })
  }
  return issues.sort((a, b) => b.heat - a.heat || b.people - a.people || (a.cases[0]! < b.cases[0]! ? -1 : 1))
}
