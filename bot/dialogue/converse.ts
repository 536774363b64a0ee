import { caseView, roleLabels } from '#templates'
import { readCommand } from './commands.ts'
import { hearDeputy } from './deputy.ts'
import { report } from './report.ts'
import { hearAboutOwn, hearResident } from './resident.ts'
import { reply } from './turn.ts'
import type { Reply, Turn } from './turn.ts'

/** One message and its answer: the whole dialogue in one place. Pure, but for the turn's own working set. */
export function converse(turn: Turn): Reply {
  const { inbound, speaker, desk } = turn
  const { content } = inbound
  switch (content.type) {
    case 'follow':
      speaker.following = true
      return welcome(turn, content.scene)
    case 'scan':
      return welcome(turn, content.scene)
    case 'unfollow':
      speaker.following = false
      return reply('unfollow', null)
    case 'event':
      return reply('event', null)
    case 'unsupported':
      return reply('unsupported', desk.say('unsupported', {}))
    case 'click':
      return click(turn, content.key)
    default:
      return hear(turn)
  }
}

function hear(turn: Turn): Reply {
  const { speaker, desk, words } = turn
  if (words?.spoken) {
    const command = readCommand(words.text)
    if (command?.do === 'bind') return bind(turn, command.code)
  }
  if (speaker.personId === null || desk.directory.roleOf(speaker.personId) !== 'deputy') return hearResident(turn)

  const asDeputy = hearDeputy(turn, speaker.personId)
  if (asDeputy) return asDeputy
  const aboutOwn = turn.cases.of(speaker.id).length > 0 ? hearAboutOwn(turn) : null
  if (aboutOwn) return aboutOwn
  // A deputy is a resident too, but must say so: a stray word in an answer shall not open a case.
  const own = words?.spoken ? /^反映[\s:：,，]*/u.exec(words.text.trim()) : null
  if (own && words) return report(turn, desk.reader.read(words.text.trim().slice(own[0].length)))
  const example = turn.cases.heldBy(speaker.personId)[0]?.case.number ?? '1042-9'
  return reply('not-understood', desk.say('deputy-help', { example }))
}

function welcome({ speaker, desk }: Turn, scene: string | null): Reply {
  const scanned = scene === null ? null : desk.directory.scene(scene)
  if (scanned === null) return reply('welcome', desk.say('welcome', { city: desk.city.name }))
  speaker.memory.scene = scene
  const { deputy, station } = scanned
  const answer =
    deputy === null
      ? desk.say('welcome-station', { station: station!.name, place: desk.directory.place(station!.region) })
      : desk.say('welcome-deputy', { deputy: `${desk.directory.person(deputy)}代表`, station: station?.name ?? null })
  return reply('welcome', answer)
}

function click(turn: Turn, key: string): Reply {
  const said = { progress: '进度', help: '帮助' }[key]
  if (said === undefined) return reply('event', null)
  const reference = { message: '', commitment: '' }
  return hearResident({ ...turn, words: { text: said, spoken: true, reference } })
}

const mostWrongCodes = 5
const hourMs = 3_600_000

function bind(turn: Turn, code: string | null): Reply {
  const { speaker, desk, now, cases } = turn
  const { memory } = speaker
  const wrong = memory.wrongCodes
  const counting = wrong !== null && now.getTime() - new Date(wrong.since).getTime() < hourMs
  // Codes are short enough to be read aloud, so guessing must be slow.
  if (counting && wrong.count >= mostWrongCodes) return reply('bind', desk.say('bind-blocked', {}))
  const owner = code === null ? null : turn.codeOwner(code)
  if (owner === null || code === null) {
    memory.wrongCodes = counting ? { ...wrong, count: wrong.count + 1 } : { count: 1, since: now.toISOString() }
    return reply('bind', desk.say('bind-failed', {}))
  }
  memory.wrongCodes = null
  speaker.personId = owner
  speaker.boundAt = now.toISOString()
  const role = desk.directory.roleOf(owner) ?? ''
  const inHand = role === 'deputy' ? cases.heldBy(owner) : []
  const answer = desk.say('bound', {
    name: desk.directory.person(owner) ?? owner,
    role: roleLabels[role] ?? role,
    deputy: role === 'deputy',
    cases: inHand.map((entry) => caseView(entry, desk.directory, now)),
  })
  return { ...reply('bound', answer), redeemed: code }
}
