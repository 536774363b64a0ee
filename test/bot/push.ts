import { randomInt } from 'node:crypto'

import type { Clock } from '#base'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import type { Mode, XmlFields } from '#simulators'
import { Envelope, signature } from '../../simulators/tencent/crypto.ts'
import { fromXml, toXml } from '../../simulators/tencent/xml.ts'
import type { TestHouse } from '../support/house.ts'

/** Anything of a push that a test wants to choose, or to get wrong. */
export interface PushParts {
  timestamp?: string
  nonce?: string
  /** Query members over the right ones; undefined leaves one out. */
  query?: Record<string, string | undefined>
  /** Sealed for this app id instead of ours. */
  appId?: string
}

const path = '/channels/official-account'
const account = 'gh_5d1f0c7e9a42'

/** Composes pushes as the platform would, without sending them: for whatever the simulator has no manners for. */
export function pushesFor({ account: keys, clock }: Pick<TestHouse, 'account'> & { clock: Clock }, mode: Mode) {
  const now = () => String(Math.floor(clock().getTime() / 1000))
  let last = BigInt(clock().getTime()) * 1_000_000n

  /** A text message's members. */
  const text = (openid: string, content: string, over: XmlFields = {}): XmlFields => ({
    ToUserName: account,
    FromUserName: openid,
    CreateTime: Number(now()),
    MsgType: 'text',
    Content: content,
    MsgId: String((last += 1n)),
    ...over,
  })

  /** The request for a message: its members, or its XML, or bytes. */
  function request(message: XmlFields | string | Buffer, parts: PushParts = {}): InjectOptions {
    const { timestamp = now(), nonce = String(randomInt(1_000_000_000, 10_000_000_000)) } = parts
    const clear = typeof message === 'string' || Buffer.isBuffer(message) ? message : toXml(message)
    const query: Record<string, string | undefined> = {
      signature: signature(keys.token, timestamp, nonce),
      timestamp,
      nonce,
    }
    let payload: string | Buffer = clear
    if (mode !== 'plain') {
      const sealed = new Envelope(keys.aesKey!, parts.appId ?? keys.appId).seal(String(clear))
      query['encrypt_type'] = 'aes'
      query['msg_signature'] = signature(keys.token, timestamp, nonce, sealed)
      const beside = mode === 'compatible' && typeof message === 'object' && !Buffer.isBuffer(message) ? message : {}
      payload = toXml({ ...beside, Encrypt: sealed })
    }
    const chosen = Object.entries({ ...query, ...parts.query }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    )
    const url = `${path}?${new URLSearchParams(chosen).toString()}`
    return { method: 'POST', url, payload, headers: { 'content-type': 'text/xml' } }
  }

  /** The text of a reply, opened if it is sealed; null for none. */
  function replied(response: LightMyRequestResponse): string | null {
    if (response.payload === 'success') return null
    const outer = fromXml(response.payload)
    const clear =
      outer?.['Encrypt'] === undefined ? outer : fromXml(new Envelope(keys.aesKey!, keys.appId).open(outer['Encrypt'])!)
    return clear?.['Content'] ?? null
  }

  return {
    text,
    request,
    replied,
    post: (app: FastifyInstance, message: XmlFields | string | Buffer, parts?: PushParts) =>
      app.inject(request(message, parts)),
  }
}

export type Pushes = ReturnType<typeof pushesFor>
