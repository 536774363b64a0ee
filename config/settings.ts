import { z } from 'zod'
import { MashangError } from '#base'
import { settingsReference } from './settings-reference.ts'

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
  logLevel: LogLevel
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
}

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

const url = (pattern: RegExp, example: string) =>
  z
    .string()
    .refine((text) => pattern.test(text) && URL.canParse(text), `write an address such as ${example}`)
    .transform((text) => text.replace(/\/+$/, ''))
const web = (example: string) => url(/^https?:\/\/[^/?#]+[^?#]*$/, example)
const aesKey = z
  .string()
  .regex(/^[A-Za-z0-9]{43}$/, 'copy the 43 letters and digits of EncodingAESKey from the console')

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
    logLevel: read.LOG_LEVEL,
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
  }
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
