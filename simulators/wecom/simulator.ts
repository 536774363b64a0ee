import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { messageOf } from '#base'
import { answerJson } from '../tencent/index.ts'
import { serveApi } from './api.ts'
import { SimulatedMember } from './member.ts'
import { WecomPhone } from './phone.ts'
import { WecomPlatform } from './platform.ts'
import { WecomPusher } from './pusher.ts'
import type { AddressInfo } from 'node:net'
import type { Clock } from '#base'
import type { Member } from './member.ts'
import type { WecomMisbehaviour } from './misbehaviour.ts'
import type { Delivered } from './platform.ts'

export interface WecomSimulatorOptions {
  corpId: string
  agentId: string
  secret: string
  token: string
  /** 43 characters. */
  aesKey: string
  clock: Clock
  /** Where callbacks go; may be set later. */
  webhookUrl?: string | undefined
  /** 0, the default, takes any free one. Always on 127.0.0.1. */
  port?: number
  /** Tries of one callback in all: the first and three more. */
  attempts?: number
  /** What the app has to answer within; 5,000. */
  timeoutMs?: number
  /** How many accounts the corporation has; 200. */
  accounts?: number
  /** The groups' robots: a name for the key of each. */
  robots?: ReadonlyMap<string, string>
}

export interface WecomSimulator {
  /** For `apiUrl`. */
  readonly url: string
  /** What was really shown, oldest first: what somebody saw, whatever the app was told. */
  readonly delivered: readonly Delivered[]
  /** What the app was told is sent, and nobody saw. */
  readonly dropped: readonly { to: string; text: string; why: 'limit' | 'duplicate' }[]
  /** The member with this UserID, made at the first call; a new one without. */
  member: (userId?: string) => Member
  /** A code as the page of an app gets it from the member's phone. */
  oauthCode: (userId: string) => string
  setWebhook: (url: string) => void
  /** The check of the address: whether it answered rightly. */
  verifyWebhook: () => Promise<boolean>
  misbehave: (wrong: WecomMisbehaviour) => void
  /** How many requests have met the last misbehaviour. */
  readonly met: number
  behave: () => void
  close: () => Promise<void>
}

/** A WeCom for one app of one corporation, over HTTP. */
export async function startWecomSimulator(options: WecomSimulatorOptions): Promise<WecomSimulator> {
  const { clock, attempts = 4, timeoutMs = 5_000, accounts = 200, robots = new Map<string, string>() } = options
  const pusher = new WecomPusher({ ...options, attempts, timeoutMs })
  pusher.webhookUrl = options.webhookUrl ?? null
  const platform = new WecomPlatform({ ...options, accounts, robots })
  const members = new Map<string, SimulatedMember>()

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    serveApi(platform, request, response, url).catch((error: unknown) => {
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
    delivered: platform.delivered,
    dropped: platform.dropped,
    member(userId = `member-${randomBytes(6).toString('hex')}`) {
      const known = members.get(userId.toLowerCase())
      if (known) return known
      const made = new SimulatedMember(userId, new WecomPhone(clock), platform, pusher)
      members.set(userId.toLowerCase(), made)
      platform.members.set(userId.toLowerCase(), made)
      return made
    },
    oauthCode(userId) {
      const code = randomBytes(32).toString('base64url')
      platform.oauthCodes.set(code, { userId, until: platform.now() + 300_000 })
      return code
    },
    setWebhook: (url) => {
      pusher.webhookUrl = url
    },
    verifyWebhook: () => pusher.verify(),
    misbehave: (wrong) => {
      if (wrong.expireTokens) platform.expireTokens()
      platform.manners.misbehave(wrong)
    },
    get met() {
      return platform.manners.met
    },
    behave: () => platform.manners.misbehave({}),
    close: async () => {
      pusher.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
