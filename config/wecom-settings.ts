import { z } from 'zod'

/** One app of WeCom (企业微信). */
export interface WecomSettings {
  corpId: string
  agentId: string
  secret: string
  token: string
  aesKey: string
  apiUrl: string
}

/** The robots of stations' duty groups (消息推送). */
export interface WecomRobotSettings {
  apiUrl: string
  /** The key of each is a secret: whoever has it can write to the group. */
  robots: { station: string; key: string }[]
}

const robots = z.string().transform((text, context) => {
  const pairs = text.split(/[\s,]+/).filter(Boolean)
  return pairs.map((pair) => {
    const [station = '', key = ''] = pair.split('=')
    if (!/^[a-z][a-z0-9-]{1,23}$/.test(station) || !/^[\w-]{8,}$/.test(key)) {
      context.addIssue({ code: 'custom', message: 'write station-id=key, several with commas between' })
    }
    return { station, key }
  })
})

/** What the schema of all settings takes in. */
export const wecomFields = {
  WECOM_CORP_ID: z.string().regex(/^\w+$/, 'copy 企业ID from the console: letters and digits').optional(),
  WECOM_AGENT_ID: z.string().regex(/^\d+$/, 'copy AgentId from the console: digits').optional(),
  WECOM_SECRET: z.string().regex(/^\S+$/, 'copy the app’s Secret from the console: no spaces').optional(),
  WECOM_TOKEN: z
    .string()
    .regex(/^[A-Za-z0-9]{3,32}$/, 'choose 3 to 32 letters and digits, the same as in the console')
    .optional(),
  WECOM_AES_KEY: z
    .string()
    .regex(/^[A-Za-z0-9]{43}$/, 'copy the 43 letters and digits of EncodingAESKey from the console')
    .optional(),
  WECOM_ROBOTS: robots.optional(),
}

type Read = { [Name in keyof typeof wecomFields]?: z.output<(typeof wecomFields)[Name]> } & { WECOM_API_URL: string }

/** Null: nothing of it is set, and the channel is off. */
export function wecomOf(read: Read): WecomSettings | null {
  const { WECOM_CORP_ID: corpId, WECOM_AGENT_ID: agentId, WECOM_SECRET: secret } = read
  const { WECOM_TOKEN: token, WECOM_AES_KEY: aesKey, WECOM_API_URL: apiUrl } = read
  return corpId && agentId && secret && token && aesKey ? { corpId, agentId, secret, token, aesKey, apiUrl } : null
}

export function wecomRobotsOf({ WECOM_ROBOTS: given, WECOM_API_URL: apiUrl }: Read): WecomRobotSettings | null {
  return given && given.length > 0 ? { apiUrl, robots: given } : null
}

/** One text a setting that is missing beside the others. */
export function incompleteWecom(given: ReadonlyMap<string, string>): string[] {
  const needed = ['CORP_ID', 'AGENT_ID', 'SECRET', 'TOKEN', 'AES_KEY'].map((name) => `WECOM_${name}`)
  if (!needed.some((name) => given.has(name))) return []
  return needed
    .filter((name) => !given.has(name))
    .map((name) => `${name}: not set; set CORP_ID, AGENT_ID, SECRET, TOKEN and AES_KEY together, or none of them`)
}
