import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isMashangError } from '#base'
import { readSettings, settingsReference } from '#config'

const key = Buffer.alloc(32, 7).toString('base64')
const account = {
  OFFICIAL_ACCOUNT_APP_ID: 'wx0123456789abcdef',
  OFFICIAL_ACCOUNT_APP_SECRET: 'not-a-real-secret',
  OFFICIAL_ACCOUNT_TOKEN: 'token123',
}

function faultsOf(env: Record<string, string | undefined>): string[] {
  try {
    readSettings(env)
  } catch (error) {
    if (!isMashangError(error, 'SETTINGS_INVALID')) throw error
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim())
  }
  return []
}

describe('readSettings', () => {
  it('needs nothing', () => {
    expect(readSettings({})).toEqual({
      port: 3000,
      publicUrl: null,
      dataDir: './data',
      databaseUrl: null,
      redisUrl: null,
      city: 'baiyin-demo',
      masterKey: null,
      officialAccount: null,
      wecom: null,
      wecomRobots: null,
      mediaBucket: null,
      wechaty: null,
      webChat: { secure: false, sites: [] },
      languageModel: null,
      logLevel: 'info',
    })
  })

  it('reads everything, and takes blank for not set', () => {
    const settings = readSettings({
      ...account,
      PORT: ' 8080 ',
      PUBLIC_URL: 'https://mashang.example.cn/',
      DATABASE_URL: 'postgres://user:word@db:5432/mashang',
      REDIS_URL: '',
      MASTER_KEY: key,
      OFFICIAL_ACCOUNT_AES_KEY: 'a'.repeat(43),
      OFFICIAL_ACCOUNT_API_URL: 'http://127.0.0.1:9000/',
      LOG_LEVEL: 'debug',
    })
    expect(settings).toMatchObject({
      port: 8080,
      publicUrl: 'https://mashang.example.cn',
      databaseUrl: 'postgres://user:word@db:5432/mashang',
      redisUrl: null,
      logLevel: 'debug',
    })
    expect(settings.masterKey).toEqual(Buffer.alloc(32, 7))
    expect(settings.officialAccount).toEqual({
      appId: 'wx0123456789abcdef',
      appSecret: 'not-a-real-secret',
      token: 'token123',
      aesKey: 'a'.repeat(43),
      previousAesKey: null,
      apiUrl: 'http://127.0.0.1:9000',
      mpUrl: 'https://mp.weixin.qq.com',
      openUrl: 'https://open.weixin.qq.com',
      mediaHosts: ['*.qq.com'],
    })
  })

  it('lists every fault at once, one a line, the account included', () => {
    const faults = faultsOf({
      PORT: '99999',
      PUBLIC_URL: 'mashang.example.cn',
      DATABASE_URL: 'mysql://db',
      REDIS_URL: 'http://redis',
      MASTER_KEY: 'short',
      OFFICIAL_ACCOUNT_APP_ID: 'wx0123456789abcdef',
      OFFICIAL_ACCOUNT_PREVIOUS_AES_KEY: 'b'.repeat(42),
      OFFICIAL_ACCOUNT_MP_URL: 'mp',
      LOG_LEVEL: 'loud',
    })
    expect(faults.map((fault) => fault.split(':')[0]!).toSorted()).toEqual([
      'DATABASE_URL',
      'LOG_LEVEL',
      'MASTER_KEY',
      'OFFICIAL_ACCOUNT_APP_SECRET',
      'OFFICIAL_ACCOUNT_MP_URL',
      'OFFICIAL_ACCOUNT_PREVIOUS_AES_KEY',
      'OFFICIAL_ACCOUNT_PREVIOUS_AES_KEY',
      'OFFICIAL_ACCOUNT_TOKEN',
      'PORT',
      'PUBLIC_URL',
      'REDIS_URL',
    ])
  })

  it.each(['abc', '0', '-1', '3000.5', '65536'])('refuses port %s with one line', (PORT) => {
    expect(faultsOf({ PORT })).toEqual(['PORT: write a port from 1 to 65535'])
  })

  it.each([Buffer.alloc(31).toString('base64'), Buffer.alloc(33).toString('base64'), 'x'.repeat(44)])(
    'refuses a master key that is not 32 bytes',
    (MASTER_KEY) => {
      const faults = faultsOf({ MASTER_KEY })
      expect(faults).toHaveLength(1)
      expect(faults[0]).toMatch(/^MASTER_KEY: .*openssl rand -base64 32/)
      expect(faults[0]).not.toContain(MASTER_KEY)
    },
  )

  it('says where every setting is described', () => {
    expect(() => readSettings({ PORT: 'x' })).toThrow(
      expect.objectContaining({ fix: expect.stringContaining('.env.example') }),
    )
  })

  it('wants the three of an account together', () => {
    for (const name of Object.keys(account)) {
      const faults = faultsOf({ ...account, [name]: undefined })
      expect(faults).toHaveLength(1)
      expect(faults[0]).toMatch(new RegExp(`^${name}: not set`))
    }
    expect(faultsOf({ OFFICIAL_ACCOUNT_AES_KEY: 'a'.repeat(43) })).toHaveLength(3)
    expect(faultsOf({ OFFICIAL_ACCOUNT_API_URL: 'http://127.0.0.1:9000' })).toEqual([])
  })
})

describe('where media come from and go', () => {
  const bucket = {
    MEDIA_S3_ENDPOINT: 'https://s3.example.cn/',
    MEDIA_S3_BUCKET: 'mashang-media',
    MEDIA_S3_ACCESS_KEY: 'access',
    MEDIA_S3_SECRET_KEY: 'not-a-real-secret',
  }

  it('a bucket takes all of its settings, or none', () => {
    expect(readSettings(bucket).mediaBucket).toEqual({
      endpoint: 'https://s3.example.cn',
      bucket: 'mashang-media',
      region: 'us-east-1',
      accessKey: 'access',
      secretKey: 'not-a-real-secret',
    })
    const { MEDIA_S3_SECRET_KEY: _, MEDIA_S3_BUCKET: __, ...half } = bucket
    expect(faultsOf(half)).toEqual([
      expect.stringMatching(/^MEDIA_S3_BUCKET: not set/),
      expect.stringMatching(/^MEDIA_S3_SECRET_KEY: not set/),
    ])
    expect(faultsOf({ ...bucket, MEDIA_S3_BUCKET: 'No Such Name' })).toEqual([
      expect.stringMatching(/^MEDIA_S3_BUCKET: /),
    ])
  })

  it.each(['localhost', '*', 'https://qq.com', '*.qq.com/x', '127.0.0.1:80'])(
    'a media host that is none: %s',
    (host) => {
      expect(faultsOf({ ...account, OFFICIAL_ACCOUNT_MEDIA_HOSTS: host })).toEqual([
        expect.stringMatching(/^OFFICIAL_ACCOUNT_MEDIA_HOSTS: /),
      ])
    },
  )
})

describe('.env.example', () => {
  const example = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8')

  it('names every setting with its default, unit and meaning, and no other', () => {
    const blocks = settingsReference.map(
      ({ name, default: fallback, unit, description }) =>
        `# ${description}\n# ${unit}; default: ${fallback ?? 'not set'}\n#${name}=${fallback ?? ''}\n`,
    )
    for (const block of blocks) expect(example).toContain(block)
    expect(example.match(/^#?[A-Z0-9_]+=/gm)).toHaveLength(settingsReference.length)
  })

  it('has the defaults that are read', () => {
    const written = Object.fromEntries(settingsReference.map(({ name, default: fallback }) => [name, fallback ?? '']))
    expect(readSettings(written)).toEqual(readSettings({}))
  })
})
