import { createServer } from 'node:http'
import { messageOf } from '#base'
import { serveApi } from './api.ts'
import { misbehave, serveControl } from './control.ts'
import { answerJson } from '../tencent/index.ts'
import { Platform } from './platform.ts'
import { Pusher } from './pusher.ts'
import type { AddressInfo } from 'node:net'
import type { Clock } from '#base'
import type { Misbehaviour } from './misbehaviour.ts'
import type { Person } from './person.ts'
import type { Accepted } from './platform.ts'
import type { Media } from './media.ts'
import type { Mode } from './pusher.ts'
import type { QrCodes } from './qr-codes.ts'
import type { Tokens } from './tokens.ts'

export interface SimulatorOptions {
  appId: string
  appSecret: string
  token: string
  /** 43 characters; needed by the compatible and the safe mode. */
  aesKey?: string | undefined
  mode: Mode
  /** Where pushes go; may be set later. */
  webhookUrl?: string | undefined
  /** 0, the default, takes any free one. Always on 127.0.0.1. */
  port?: number
  clock: Clock
  /** Tries of one push in all; 3, as seen in the field. */
  attempts?: number
  /** What the account has to answer within; 5,000. */
  timeoutMs?: number
  /** False: nobody's sends are counted; for measuring throughput. */
  quotas?: boolean
  /** The account's own name. */
  account?: string
}

export interface Simulator {
  /** For both `apiUrl` and `mpUrl`. */
  readonly url: string
  /** Customer service messages really accepted, oldest first. */
  readonly accepted: readonly Accepted[]
  /** The person with this openid, made at the first call; a new one without. */
  person: (openid?: string) => Person
  setWebhook: (url: string) => void
  /** The platform's check of the address (GET with echostr): whether it answered rightly. */
  verifyWebhook: () => Promise<boolean>
  misbehave: (wrong: Misbehaviour) => void
  /** How many requests have met the last misbehaviour. */
  readonly met: number
  behave: () => void
  /** What people sent and the account uploaded, its codes and its tokens: to look at, and to prepare. */
  readonly media: Media
  readonly qrCodes: QrCodes
  readonly tokens: Tokens
  close: () => Promise<void>
}

/** A platform like WeChat's, for one account, over HTTP. */
export async function startOfficialAccountSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { appId, appSecret, token, aesKey, mode, clock, attempts = 3, timeoutMs = 5_000 } = options
  const account = options.account ?? 'gh_5d1f0c7e9a42'
  const pusher = new Pusher({ appId, token, aesKey, mode, account, clock, attempts, timeoutMs })
  pusher.webhookUrl = options.webhookUrl ?? null
  const platform = new Platform({ account, clock, pusher, quotas: options.quotas ?? true })

  const server = createServer((request, response) => {
    const serve = async () => {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1')
      const served =
        (await serveApi(platform, { appId, appSecret }, request, response, url)) ||
        (await serveControl(platform, pusher, request, response, url))
      if (!served) answerJson(response, { error: 'not found' }, 404)
    }
    serve().catch((error: unknown) => {
      if (!response.headersSent) answerJson(response, { error: messageOf(error) }, 500)
      else response.destroy()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accepted: platform.accepted,
    person: (openid) => platform.person(openid),
    setWebhook: (url) => {
      pusher.webhookUrl = url
    },
    verifyWebhook: () => pusher.verify(),
    misbehave: (wrong) => misbehave(platform, wrong),
    get met() {
      return platform.manners.met
    },
    behave: () => platform.manners.behave(),
    media: platform.media,
    qrCodes: platform.qrCodes,
    tokens: platform.tokens,
    close: async () => {
      pusher.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
