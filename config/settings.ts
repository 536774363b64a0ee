import { z } from 'zod'
import { MashangError } from '#base'
import { incompleteLanguageModel, languageModelFields, languageModelOf } from './language-model-settings.ts'
import type { LanguageModelSettings } from './language-model-settings.ts'
import { settingsReference } from './settings-reference.ts'
import { incompleteWecom, wecomFields, wecomOf, wecomRobotsOf } from './wecom-settings.ts'
import type { WecomRobotSettings, WecomSettings } from './wecom-settings.ts'

export interface Settings {
  port: number
  /** Without a trailing slash. */
  publicUrl: string | null
  dataDir: string
  /** null: the embedded Postgres, under `dataDir`. */
  databaseUrl: string | null
  /** null: the queue runs on Postgres. */
  redisUrl: string | null
  city: string
  /** 32 bytes; null: made in `dataDir` on first start. */
  masterKey: Buffer | null
  /** null: this channel is off. */
  officialAccount: OfficialAccountSettings | null
  /** null: this channel is off. */
  wecom: WecomSettings | null
  /** null: no group has a robot. */
  wecomRobots: WecomRobotSettings | null
  /** null: no page of our own. */
  webChat: WebChatSettings | null
  /** null: this channel is off. */
  wechaty: WechatySettings | null
  /** null: media are kept in `dataDir`. */
  mediaBucket: MediaBucketSettings | null
  /** null: none is asked. */
  languageModel: LanguageModelSettings | null
  logLevel: LogLevel
}

/** An S3-compatible store. */
export interface MediaBucketSettings {
  endpoint: string
  bucket: string
  region: string
  accessKey: string
  secretKey: string
}

export interface WechatySettings {
  /** A package's name. */
  puppet: string
  puppetOptions: Record<string, unknown>
  /** The gateway process sees nothing but its own folder. */
  wall: boolean
  /** null: made in `dataDir` on first start. */
  secret: string | null
  gatewayUrl: string
  /** null: `port` of this machine. */
  houseUrl: string | null
}

export interface OfficialAccountSettings {
  appId: string
  appSecret: string
  token: string
  aesKey: string | null
  previousAesKey: string | null
  apiUrl: string
  mpUrl: string
  openUrl: string
  /** Hosts besides `apiUrl`'s that media may be fetched from; `*.` before the end of a name stands for any beginning. */
  mediaHosts?: string[]
}

interface WebChatSettings {
  /** Whether residents come by https. */
  secure: boolean
  /** Other sites that may show the page in a frame. */
  sites: string[]
}

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

const url = (pattern: RegExp, example: string) =>
  z
    .string()
    .refine((text) => pattern.test(text) && URL.canParse(text), `write an address such as ${example}`)
    .transform((text) => text.replace(/\/+$/, ''))
const web = (example: string) => url(/^https?:\/\/[^/?#]+[^?#]*$/, example)
/** Scheme and host alone, as a Content-Security-Policy takes them. */
const isSite = (text: string) => /^https?:\/\/(\*\.)?[a-z\d.-]+(:\d{1,5})?$/i.test(text)
const aesKey = z
  .string()
  .regex(/^[A-Za-z0-9]{43}$/, 'copy the 43 letters and digits of EncodingAESKey from the console')

const jsonObject = (text: string, context: z.RefinementCtx): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Told below, without a word of it: it may hold a token.
  }
  context.addIssue({ code: 'custom', message: 'write JSON such as {"token":"…"}' })
  return z.NEVER
}

const schema = z.object({
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'write a port from 1 to 65535')
    .transform(Number)
    .refine((port) => port >= 1 && port <= 65535, 'write a port from 1 to 65535'),
  PUBLIC_URL: web('https://mashang.example.cn').optional(),
  DATA_DIR: z.string(),
  DATABASE_URL: url(/^postgres(ql)?:\/\//, 'postgres://user:password@host:5432/mashang').optional(),
  REDIS_URL: url(/^rediss?:\/\//, 'redis://host:6379').optional(),
  CITY: z.string(),
  MASTER_KEY: z
    .string()
    .regex(/^[A-Za-z0-9+/]{43}=$/, 'write 32 random bytes in base64 (openssl rand -base64 32), or leave it out')
    .transform((text) => Buffer.from(text, 'base64'))
    .optional(),
  OFFICIAL_ACCOUNT_APP_ID: z.string().regex(/^\w+$/, 'copy the AppID from the console: letters and digits').optional(),
  OFFICIAL_ACCOUNT_APP_SECRET: z.string().regex(/^\S+$/, 'copy the AppSecret from the console: no spaces').optional(),
  OFFICIAL_ACCOUNT_TOKEN: z
    .string()
    .regex(/^[A-Za-z0-9]{3,32}$/, 'choose 3 to 32 letters and digits, the same as in the console')
    .optional(),
  OFFICIAL_ACCOUNT_AES_KEY: aesKey.optional(),
  OFFICIAL_ACCOUNT_PREVIOUS_AES_KEY: aesKey.optional(),
  OFFICIAL_ACCOUNT_API_URL: web('https://api.weixin.qq.com'),
  OFFICIAL_ACCOUNT_MP_URL: web('https://mp.weixin.qq.com'),
  OFFICIAL_ACCOUNT_OPEN_URL: web('https://open.weixin.qq.com'),
  OFFICIAL_ACCOUNT_MEDIA_HOSTS: z
    .string()
    .transform((text) => text.toLowerCase().split(/[\s,]+/))
    .refine(
      (hosts) => hosts.every((host) => /^(\*\.)?[a-z\d-]+(\.[a-z\d-]+)+$/.test(host)),
      'write host names such as *.qq.com, with commas between',
    ),
  ...wecomFields,
  WECOM_API_URL: web('https://qyapi.weixin.qq.com'),
  WEB_CHAT: z.enum(['on', 'off'], 'write on or off'),
  WEB_CHAT_SITES: z
    .string()
    .transform((text) => text.split(/[\s,]+/).map((site) => site.replace(/\/+$/, '')))
    .refine((sites) => sites.every(isSite), 'write addresses such as https://www.example.gov.cn, with commas between')
    .optional(),
  WECHATY_PUPPET: z.string().regex(/^\S+$/, 'write the name of a package, such as wechaty-puppet-service').optional(),
  WECHATY_PUPPET_OPTIONS: z.string().transform(jsonObject),
  WECHATY_PUPPET_WALL: z.enum(['on', 'off'], 'write on or off'),
  WECHATY_SECRET: z
    .string()
    .regex(/^\S{16,}$/, 'write 16 letters or more without spaces, or leave it out')
    .optional(),
  WECHATY_GATEWAY_URL: web('http://127.0.0.1:3010'),
  WECHATY_HOUSE_URL: web('http://127.0.0.1:3000').optional(),
  MEDIA_S3_ENDPOINT: web('https://s3.example.cn').optional(),
  MEDIA_S3_BUCKET: z
    .string()
    .regex(/^[a-z\d][a-z\d.-]{1,61}[a-z\d]$/, 'write the bucket’s name')
    .optional(),
  MEDIA_S3_REGION: z.string(),
  MEDIA_S3_ACCESS_KEY: z.string().regex(/^\S+$/, 'copy the access key: no spaces').optional(),
  MEDIA_S3_SECRET_KEY: z.string().regex(/^\S+$/, 'copy the secret key: no spaces').optional(),
  LANGUAGE_MODEL_URL: web('https://api.example.cn/v1').optional(),
  ...languageModelFields,
  LOG_LEVEL: z.enum(logLevels, `write one of ${logLevels.join(', ')}`),
})

/**
 * The settings, from an environment that only `main.ts` and `cli.ts` may read. Blank counts as not set.
 *
 * @throws `SETTINGS_INVALID`, listing every fault, one a line, with how to mend it; never a value: it may be secret
 */
export function readSettings(env: Record<string, string | undefined>): Settings {
  const given = new Map<string, string>()
  for (const { name, default: fallback } of settingsReference) {
    const value = env[name]?.trim() || fallback
    if (value) given.set(name, value)
  }
  const result = schema.safeParse(Object.fromEntries(given))
  const faults = [
    ...(result.success ? [] : result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)),
    ...incompleteAccount(given),
    ...incompleteWecom(given),
    ...incompleteBucket(given),
    ...incompleteLanguageModel(given),
  ]
  if (!result.success || faults.length > 0) {
    throw new MashangError(`settings can't be used:\n${faults.map((fault) => `  ${fault}`).join('\n')}`, {
      code: 'SETTINGS_INVALID',
      fix: 'mend the lines above in .env or in the environment; .env.example describes every setting',
    })
  }
  const read = result.data
  return {
    port: read.PORT,
    publicUrl: read.PUBLIC_URL ?? null,
    dataDir: read.DATA_DIR,
    databaseUrl: read.DATABASE_URL ?? null,
    redisUrl: read.REDIS_URL ?? null,
    city: read.CITY,
    masterKey: read.MASTER_KEY ?? null,
    officialAccount: officialAccountOf(read),
    wecom: wecomOf(read),
    wecomRobots: wecomRobotsOf(read),
    webChat:
      read.WEB_CHAT === 'on'
        ? { secure: read.PUBLIC_URL?.startsWith('https://') ?? false, sites: read.WEB_CHAT_SITES ?? [] }
        : null,
    wechaty: wechatyOf(read),
    mediaBucket: mediaBucketOf(read),
    languageModel: languageModelOf(read),
    logLevel: read.LOG_LEVEL,
  }
}

function wechatyOf(read: z.infer<typeof schema>): WechatySettings | null {
  if (!read.WECHATY_PUPPET) return null
  return {
    puppet: read.WECHATY_PUPPET,
    puppetOptions: read.WECHATY_PUPPET_OPTIONS,
    wall: read.WECHATY_PUPPET_WALL === 'on',
    secret: read.WECHATY_SECRET ?? null,
    gatewayUrl: read.WECHATY_GATEWAY_URL,
    houseUrl: read.WECHATY_HOUSE_URL ?? null,
  }
}

function officialAccountOf(read: z.infer<typeof schema>): OfficialAccountSettings | null {
  const { OFFICIAL_ACCOUNT_APP_ID: appId, OFFICIAL_ACCOUNT_APP_SECRET: appSecret, OFFICIAL_ACCOUNT_TOKEN: token } = read
  if (!appId || !appSecret || !token) return null
  return {
    appId,
    appSecret,
    token,
    aesKey: read.OFFICIAL_ACCOUNT_AES_KEY ?? null,
    previousAesKey: read.OFFICIAL_ACCOUNT_PREVIOUS_AES_KEY ?? null,
    apiUrl: read.OFFICIAL_ACCOUNT_API_URL,
    mpUrl: read.OFFICIAL_ACCOUNT_MP_URL,
    openUrl: read.OFFICIAL_ACCOUNT_OPEN_URL,
    mediaHosts: read.OFFICIAL_ACCOUNT_MEDIA_HOSTS,
  }
}

function mediaBucketOf(read: z.infer<typeof schema>): MediaBucketSettings | null {
  const { MEDIA_S3_ENDPOINT: endpoint, MEDIA_S3_BUCKET: bucket } = read
  const { MEDIA_S3_ACCESS_KEY: accessKey, MEDIA_S3_SECRET_KEY: secretKey } = read
  if (!endpoint || !bucket || !accessKey || !secretKey) return null
  return { endpoint, bucket, region: read.MEDIA_S3_REGION, accessKey, secretKey }
}

function incompleteBucket(given: Map<string, string>): string[] {
  const needed = ['ENDPOINT', 'BUCKET', 'ACCESS_KEY', 'SECRET_KEY'].map((name) => `MEDIA_S3_${name}`)
  if (!needed.some((name) => given.has(name))) return []
  return needed
    .filter((name) => !given.has(name))
    .map(
      (name) => `${name}: not set; set ENDPOINT, BUCKET, ACCESS_KEY and SECRET_KEY together, or nothing of MEDIA_S3_*`,
    )
}

/** Apart from the schema, because zod leaves out checks over several members as soon as one member is wrong. */
function incompleteAccount(given: Map<string, string>): string[] {
  const prefix = 'OFFICIAL_ACCOUNT_'
  const needed = ['APP_ID', 'APP_SECRET', 'TOKEN'].map((name) => prefix + name)
  const begun = [...needed, `${prefix}AES_KEY`, `${prefix}PREVIOUS_AES_KEY`].some((name) => given.has(name))
  const faults = needed
    .filter((name) => begun && !given.has(name))
    .map((name) => `${name}: not set; set APP_ID, APP_SECRET and TOKEN together, or nothing of ${prefix}*`)
  if (given.has(`${prefix}PREVIOUS_AES_KEY`) && !given.has(`${prefix}AES_KEY`)) {
    faults.push(`${prefix}PREVIOUS_AES_KEY: set without ${prefix}AES_KEY; set the key in use too, or remove it`)
  }
  return faults
}
