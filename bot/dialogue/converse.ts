import { hearAboutAccount } from './binding.ts'
import { hearGridWorker } from './by-hand.ts'
import { ownMatter, readCommand } from './commands.ts'
import { hearDeputy } from './deputy.ts'
import { gridWorkerOf } from './mine.ts'
import { report } from './report.ts'
import { hearAboutOwn, hearResident } from './resident.ts'
import { converseInRoom } from './room.ts'
import { reply } from './turn.ts'
import type { Reply, Turn } from './turn.ts'
import { welcomeWords } from './welcome.ts'

/** One message and its answer: the whole dialogue in one place. Pure, but for the turn's own working set. */
export function converse(turn: Turn): Reply {
  const { inbound, speaker, desk } = turn
  const { content } = inbound
  if (inbound.room !== undefined) return converseInRoom(turn, inbound.room)
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
    if (command?.do === 'bind' || command?.do === 'pickup' || command?.do === 'unbind') {
      return hearAboutAccount(turn, command)
    }
  }
  const worker = gridWorkerOf(turn)
  if (worker !== null) return hearGridWorker(turn, worker)
  if (speaker.personId === null || desk.directory.roleOf(speaker.personId) !== 'deputy') return hearResident(turn)

  const asDeputy = hearDeputy(turn, speaker.personId)
  if (asDeputy) return asDeputy
  const aboutOwn = turn.cases.of(speaker.accounts).length > 0 ? hearAboutOwn(turn) : null
  if (aboutOwn) return aboutOwn
  const own = words?.spoken ? ownMatter(words.text.trim()) : null
  if (own !== null) return report(turn, desk.reader.read(own))
  const example = turn.cases.heldBy(speaker.personId)[0]?.case.number ?? '1042-9'
  return reply('not-understood', desk.say('deputy-help', { example }))
}

function welcome({ inbound, speaker, desk }: Turn, scene: string | null): Reply {
  const { text, known } = welcomeWords(desk, scene, inbound.channel === 'web')
  if (known) speaker.memory.scene = scene
  return reply('welcome', text)
}

function click(turn: Turn, key: string): Reply {
  if (key === 'report') return welcome(turn, null)
  const said = { progress: '进度', help: '帮助' }[key]
  if (said === undefined) return reply('event', null)
  const reference = { message: '', commitment: '' }
  const asked = { ...turn, words: { text: said, spoken: true, reference } }
  const worker = gridWorkerOf(turn)
  return worker === null ? hearResident(asked) : hearGridWorker(asked, worker)
}
