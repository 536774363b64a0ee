import { randomBytes } from 'node:crypto'
import { createChannels } from '#channels'
import type { Content, DoorRequest } from '#channels'
import { startOfficialAccountSimulator } from '#simulators'
import type { Misbehaviour, XmlFields } from '#simulators'
import { Envelope, fromXml } from '../../../simulators/tencent/index.ts'
import { pushesFor } from '../../bot/push.ts'
import type { Adapter, Said } from '../conformance.ts'

export const officialAccountAdapter: Adapter = async (clock) => {
  const keys = {
    appId: `wx${randomBytes(8).toString('hex')}`,
    appSecret: randomBytes(16).toString('hex'),
    token: randomBytes(12).toString('hex'),
    aesKey: `${randomBytes(21).toString('hex')}A`,
  }
  // What our own count lets through, the platform need not count again: it hears of nobody but by the suite.
  const simulator = await startOfficialAccountSimulator({ ...keys, mode: 'safe', clock, quotas: false })
  const account = { ...keys, previousAesKey: null, apiUrl: simulator.url, mpUrl: simulator.url, openUrl: simulator.url }
  const at = (apiUrl: string) => createChannels({ officialAccount: { ...account, apiUrl } }, { clock })[0]!
  const { text, request } = pushesFor({ account, clock }, 'safe')

  const ask = (said: Said, parts?: Parameters<typeof request>[1]): DoorRequest => {
    const { url, payload } = request(text(said.address, '', { MsgId: said.id, ...fieldsOf(said.content) }), parts)
    const query = Object.fromEntries(new URL(String(url), 'http://bot').searchParams)
    return { method: 'POST', path: '', query, headers: { 'content-type': 'text/xml' }, body: String(payload) }
  }
  const wrong = (
    name: string,
    how: Misbehaviour,
    outcome: 'sent' | 'retry' | 'refused' | 'unknown',
    code?: string,
  ) => ({
    name,
    cause: () => simulator.misbehave({ ...how, times: 1 }),
    outcome,
    ...(code === undefined ? {} : { code }),
  })
  const code = (errcode: number, outcome: 'retry' | 'refused') =>
    wrong(String(errcode), { errcode }, outcome, String(errcode))

  return {
    channel: at(account.apiUrl),
    request(said) {
      simulator.person(said.address)
      return ask(said)
    },
    forged(said) {
      const genuine = ask(said)
      const { query } = genuine
      const old = String(Math.floor(clock().getTime() / 1000) - 600)
      return [
        { ...genuine, query: { ...query, msg_signature: '0'.repeat(40) } },
        { ...genuine, body: ask({ ...said, id: `${said.id}1` }).body },
        ...Object.keys(query)
          .filter((name) => name !== 'signature')
          .map((name) => ({
            ...genuine,
            query: Object.fromEntries(Object.entries(query).filter(([each]) => each !== name)),
          })),
        ask(said, { timestamp: old }),
        ask(said, { appId: 'wx0000000000000000' }),
        { ...genuine, query: { ...query, encrypt_type: 'raw' } },
        {
          method: 'GET',
          path: '',
          headers: {},
          body: '',
          query: { ...query, signature: '0'.repeat(40), echostr: '1' },
        },
      ]
    },
    replied({ body }) {
      if (body === 'success' || body === '') return null
      const sealed = fromXml(body)?.['Encrypt'] ?? ''
      return fromXml(new Envelope(keys.aesKey, keys.appId).open(sealed) ?? '')?.['Content'] ?? null
    },
    delivered: (address) =>
      simulator.accepted
        .filter(({ openid }) => openid === address)
        .map(({ content, choices }) => ({ text: content, choices })),
    secrets: [keys.appSecret, keys.token, keys.aesKey],
    mishaps: [
      { name: 'nothing', cause: () => {}, outcome: 'sent' },
      wrong('a token that is out of date', { errcode: 42001 }, 'sent'),
      code(-1, 'retry'),
      code(45009, 'retry'),
      code(45011, 'retry'),
      code(45015, 'refused'),
      code(45047, 'refused'),
      code(43004, 'refused'),
      code(48001, 'refused'),
      { ...code(40003, 'refused'), cause: () => {}, address: 'oNobodyAtAllOfThisAccount000' },
      wrong('a 502', { http502: true }, 'unknown', 'HTTP_502'),
      wrong('cut after it was taken', { dropAfterAccept: true }, 'unknown'),
    ],
    remote: { url: account.apiUrl, channelAt: (url) => at(url) },
    close: () => simulator.close(),
  }
}

/** A message's own members, as the platform writes them. */
function fieldsOf(content: Content): XmlFields {
  switch (content.type) {
    case 'text':
      return { MsgType: 'text', Content: content.text }
    case 'image':
      return { MsgType: 'image', MediaId: content.mediaId, PicUrl: content.url ?? '' }
    case 'voice':
      return {
        MsgType: 'voice',
        MediaId: content.mediaId,
        Format: content.format ?? '',
        Recognition: content.recognition ?? '',
      }
    case 'video':
      return { MsgType: 'video', MediaId: content.mediaId, ThumbMediaId: content.thumbMediaId ?? '' }
    case 'location':
      return {
        MsgType: 'location',
        Location_X: content.latitude,
        Location_Y: content.longitude,
        Scale: 16,
        Label: content.label ?? '',
      }
    case 'link':
      return { MsgType: 'link', Title: content.title, Description: content.description, Url: content.url }
    case 'unsupported':
      return { MsgType: content.name }
    case 'follow':
      return {
        MsgType: 'event',
        Event: 'subscribe',
        EventKey: content.scene === null ? '' : `qrscene_${content.scene}`,
      }
    case 'scan':
      return { MsgType: 'event', Event: 'SCAN', EventKey: content.scene }
    case 'click':
      return { MsgType: 'event', Event: 'CLICK', EventKey: content.key }
    case 'unfollow':
      return { MsgType: 'event', Event: 'unsubscribe', EventKey: '' }
    case 'event':
      return { MsgType: 'event', Event: content.name }
  }
}
