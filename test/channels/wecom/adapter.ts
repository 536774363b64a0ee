import { randomBytes } from 'node:crypto'
import { createChannels } from '#channels'
import type { Content, DoorRequest } from '#channels'
import { startWecomSimulator } from '#simulators'
import type { WecomMisbehaviour, XmlFields } from '#simulators'
import { Envelope, fromXml, signature, toXml } from '../../../simulators/tencent/index.ts'
import type { Adapter, Mishap, Said } from '../conformance.ts'

export const wecomAdapter: Adapter = async (clock) => {
  const app = {
    corpId: `ww${randomBytes(8).toString('hex')}`,
    agentId: '1000002',
    secret: randomBytes(16).toString('hex'),
    token: randomBytes(12).toString('hex'),
    aesKey: `${randomBytes(21).toString('hex')}A`,
  }
  const simulator = await startWecomSimulator({ ...app, clock })
  const at = (apiUrl: string, timeoutMs?: number) => {
    const settings = { ...app, apiUrl, ...(timeoutMs === undefined ? {} : { timeoutMs }) }
    return createChannels({ wecom: settings }, { clock })[0]!
  }

  const ask = (said: Said, { age = 0, corpId = app.corpId } = {}): DoorRequest => {
    const common = { ToUserName: app.corpId, FromUserName: said.address, AgentID: Number(app.agentId) }
    const createTime = Math.floor(said.at.getTime() / 1000)
    const fields = fieldsOf(said.content)
    const id = fields['MsgType'] === 'event' ? {} : { MsgId: said.id }
    const sealed = new Envelope(app.aesKey, corpId).seal(toXml({ ...common, CreateTime: createTime, ...fields, ...id }))
    const timestamp = String(Math.floor(clock().getTime() / 1000) - age)
    const nonce = randomBytes(5).toString('hex')
    const query = { timestamp, nonce, msg_signature: signature(app.token, timestamp, nonce, sealed) }
    const body = toXml({ ToUserName: app.corpId, AgentID: app.agentId, Encrypt: sealed })
    return { method: 'POST', path: '', query, headers: { 'content-type': 'text/xml' }, body }
  }
  const wrong = (name: string, how: WecomMisbehaviour, outcome: Mishap['outcome'], code?: string): Mishap => ({
    name,
    cause: () => simulator.misbehave({ ...how, times: 1 }),
    outcome,
    ...(code === undefined ? {} : { code }),
  })
  const code = (errcode: number, outcome: Mishap['outcome']) =>
    wrong(String(errcode), { errcode }, outcome, String(errcode))
  const unlicensed = simulator.member('member-without-a-licence')
  unlicensed.state.licensed = false

  return {
    channel: at(simulator.url),
    request(said) {
      simulator.member(said.address)
      return said.content.type === 'scan' ? null : ask(said)
    },
    forged(said) {
      const genuine = ask(said)
      const { query } = genuine
      return [
        { ...genuine, query: { ...query, msg_signature: '0'.repeat(40) } },
        { ...genuine, body: ask({ ...said, id: `${said.id}1` }).body },
        ...Object.keys(query).map((name) => ({
          ...genuine,
          query: Object.fromEntries(Object.entries(query).filter(([each]) => each !== name)),
        })),
        ask(said, { age: 600 }),
        ask(said, { corpId: 'ww0000000000000000' }),
        { ...genuine, path: '/elsewhere' },
        { ...genuine, method: 'GET', body: '', query: { ...query, echostr: 'aGVsbG8=' } },
      ]
    },
    replied({ body }) {
      if (body === '') return null
      const sealed = fromXml(body)?.['Encrypt'] ?? ''
      return fromXml(new Envelope(app.aesKey, app.corpId).open(sealed) ?? '')?.['Content'] ?? null
    },
    delivered: (address) =>
      simulator
        .member(address)
        .phone.filter(({ via }) => via === 'custom')
        .map(({ text, card }) => ({ text, choices: card?.buttons.map(({ key }) => key) ?? [] })),
    secrets: [app.secret, app.token, app.aesKey],
    mishaps: [
      { name: 'nothing', cause: () => {}, outcome: 'sent' },
      wrong('a token that is out of date', { expireTokens: true }, 'sent'),
      wrong('42001 once', { errcode: 42001 }, 'sent'),
      code(-1, 'retry'),
      code(45009, 'retry'),
      code(45033, 'retry'),
      code(60020, 'refused'),
      code(48002, 'refused'),
      { ...code(81013, 'refused'), cause: () => {}, address: 'nobody-of-this-corporation' },
      { ...wrong('no licence', {}, 'refused', 'unlicenseduser'), address: unlicensed.userId },
      {
        ...wrong('nobody, beside a 0', { permissive: true }, 'refused', 'invaliduser'),
        address: 'nobody-of-this-corporation',
      },
      wrong('a 502', { http502: true }, 'unknown', 'HTTP_502'),
      wrong('garbage', { body: '{"errcode":' }, 'unknown', 'UNREADABLE'),
      wrong('cut after it was taken', { dropAfterAccept: true }, 'unknown'),
    ],
    remote: { url: simulator.url, channelAt: at },
    close: () => simulator.close(),
  }
}

/** A message's own members, as WeCom writes them. */
function fieldsOf(content: Content): XmlFields {
  switch (content.type) {
    case 'text':
      return { MsgType: 'text', Content: content.text }
    case 'image':
      return { MsgType: 'image', MediaId: content.mediaId, PicUrl: content.url ?? '' }
    case 'voice':
      return { MsgType: 'voice', MediaId: content.mediaId, Format: content.format ?? '' }
    case 'video':
      return { MsgType: 'video', MediaId: content.mediaId, ThumbMediaId: content.thumbMediaId ?? '' }
    case 'location': {
      const where = {
        Location_X: content.latitude,
        Location_Y: content.longitude,
        Scale: 16,
        Label: content.label ?? '',
      }
      return { MsgType: 'location', ...where, AppType: 'wxwork' }
    }
    case 'link':
      return { MsgType: 'link', Title: content.title, Description: content.description, Url: content.url, PicUrl: '' }
    case 'unsupported':
      return { MsgType: content.name }
    case 'follow':
      return { MsgType: 'event', Event: 'subscribe' }
    case 'unfollow':
      return { MsgType: 'event', Event: 'unsubscribe' }
    case 'click':
      return { MsgType: 'event', Event: 'click', EventKey: content.key }
    case 'scan':
    case 'event':
      return { MsgType: 'event', Event: content.type === 'event' ? content.name : 'scan' }
  }
}
