import { caseView, channelLabels, roleLabels } from '#templates'
import type { CodeCommand } from './commands.ts'
import { reply } from './turn.ts'
import type { Reply, Turn } from './turn.ts'

const mostWrongCodes = 5
const hourMs = 3_600_000
const confirmWithinMs = 600_000

/** Words about the account itself: whose it is, and with which others it belongs together. */
export function hearAboutAccount(turn: Turn, command: CodeCommand): Reply {
  const { desk } = turn
  if (command.do === 'unbind') return unbind(turn, command.confirmed)
  if (!turn.takesCodes) return reply(command.do, desk.say('code-elsewhere', {}))
  return command.do === 'bind' ? bind(turn, command.code) : pickUp(turn, command.code)
}

/** What a code stands for; the answer to it when it is wrong, or there were too many wrong ones. */
function tryCode<T>(
  { speaker: { memory }, desk, now }: Turn,
  code: string | null,
  verb: 'bind' | 'pickup',
  find: (code: string) => T | null,
): { found: T; code: string } | Reply {
  const wrong = memory.wrongCodes
  const counting = wrong !== null && now.getTime() - new Date(wrong.since).getTime() < hourMs
  // Codes are short enough to be read aloud, so guessing must be slow, of both kinds together.
  if (counting && wrong.count >= mostWrongCodes) return reply(verb, desk.say('bind-blocked', {}))
  const found = code === null ? null : find(code)
  if (found === null || code === null) {
    memory.wrongCodes = counting ? { ...wrong, count: wrong.count + 1 } : { count: 1, since: now.toISOString() }
    return reply(verb, desk.say(verb === 'bind' ? 'bind-failed' : 'pickup-failed', {}))
  }
  memory.wrongCodes = null
  return { found, code }
}

function bind(turn: Turn, typed: string | null): Reply {
  const { speaker, desk, now, cases, inbound } = turn
  const tried = tryCode(turn, typed, 'bind', turn.codeOwner)
  if ('answer' in tried) return tried
  const { personId, replaces, accounts } = tried.found
  speaker.personId = personId
  speaker.boundAt = now.toISOString()
  speaker.others = replaces ? [] : accounts.filter((id) => id !== speaker.id)
  const role = desk.directory.roleOf(personId) ?? ''
  const inHand = role === 'deputy' ? cases.heldBy(personId) : []
  const answer = desk.say('bound', {
    name: desk.directory.person(personId) ?? personId,
    role: roleLabels[role] ?? role,
    deputy: role === 'deputy',
    grid: role === 'grid_worker',
    others: speaker.others.length,
    cases: inHand.map((entry) => caseView(entry, desk.directory, now)),
  })
  const template = replaces ? 'unbound-here' : 'bound-elsewhere'
  return {
    ...reply('bound', answer),
    redeemed: tried.code,
    tell: tellAll(turn, accounts, template, { channel: channelLabels[inbound.channel] ?? inbound.channel }),
  }
}

function unbind(turn: Turn, confirmed: boolean): Reply {
  const { speaker, desk, now, inbound } = turn
  const { memory, personId, others } = speaker
  if (personId === null) return reply('unbind', desk.say('unbind-none', {}))
  const asked = memory.unbindAsked !== null && now.getTime() - new Date(memory.unbindAsked).getTime() < confirmWithinMs
  if (!confirmed || !asked) {
    memory.unbindAsked = now.toISOString()
    const role = desk.directory.roleOf(personId) ?? ''
    const name = desk.directory.person(personId) ?? personId
    return reply('unbind', desk.say('unbind-ask', { name, role: roleLabels[role] ?? role, others: others.length }))
  }
  memory.unbindAsked = null
  speaker.personId = null
  speaker.boundAt = null
  speaker.others = []
  const channel = channelLabels[inbound.channel] ?? inbound.channel
  return {
    ...reply('unbound', desk.say('unbound', {})),
    unbound: true,
    tell: tellAll(turn, others, 'unbound-elsewhere', { channel }),
  }
}

/** The conversation of another account goes on here: from now on both are one resident. */
function pickUp(turn: Turn, typed: string | null): Reply {
  const { speaker, desk, cases, now } = turn
  const tried = tryCode(turn, typed, 'pickup', turn.pickupOf)
  if ('answer' in tried) return tried
  speaker.accounts = [...new Set([...speaker.accounts, ...tried.found])]
  const views = cases.of(speaker.accounts).map((entry) => caseView(entry, desk.directory, now))
  return { ...reply('picked-up', desk.say('picked-up', { cases: views.slice(0, 10) })), pickedUp: tried.code }
}

function tellAll(
  { speaker, desk }: Turn,
  contacts: readonly string[],
  template: 'unbound-here' | 'unbound-elsewhere' | 'bound-elsewhere',
  parameters: { channel: string },
): Reply['tell'] & object {
  const text = desk.say(template, parameters)
  return contacts.filter((id) => id !== speaker.id).map((contactId) => ({ contactId, template, text }))
}
