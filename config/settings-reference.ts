/** One setting as `.env.example` and the manual describe it. */
export interface SettingReference {
  name: string
  /** As it would be written; null: not set. */
  default: string | null
  /** What the value is, in a word or two. */
  unit: string
  description: string
}

/** Every setting there is. `.env.example` is checked against this list. */
export const settingsReference: readonly SettingReference[] = [
  { name: 'PORT', default: '3000', unit: 'port', description: 'Where the HTTP server listens.' },
  {
    name: 'PUBLIC_URL',
    default: null,
    unit: 'http(s) URL',
    description: 'The address residents and platforms reach us at; links and QR codes are made from it.',
  },
  {
    name: 'DATA_DIR',
    default: './data',
    unit: 'folder',
    description: 'What this machine keeps: the embedded database, attachments, the master key.',
  },
  {
    name: 'DATABASE_URL',
    default: null,
    unit: 'postgres:// URL',
    description: 'Your own Postgres. Not set: the embedded one, under DATA_DIR.',
  },
  {
    name: 'REDIS_URL',
    default: null,
    unit: 'redis:// or rediss:// URL',
    description: 'Redis or Valkey for the queue, for many workers. Not set: the queue runs on Postgres.',
  },
  {
    name: 'CITY',
    default: 'baiyin-demo',
    unit: 'folder under config/cities, or an absolute path',
    description: 'The city served: its regions, rolls, topics, deadlines and calendar.',
  },
  {
    name: 'MASTER_KEY',
    default: null,
    unit: '32 bytes in base64',
    description:
      'Wraps the keys of personal data. Not set: made in DATA_DIR on first start. Lost: so are names and phones.',
  },
  {
    name: 'OFFICIAL_ACCOUNT_APP_ID',
    default: null,
    unit: 'AppID',
    description: 'The WeChat official account. Set with APP_SECRET and TOKEN, or not at all: then the channel is off.',
  },
  { name: 'OFFICIAL_ACCOUNT_APP_SECRET', default: null, unit: 'AppSecret', description: 'Secret of that account.' },
  {
    name: 'OFFICIAL_ACCOUNT_TOKEN',
    default: null,
    unit: '3 to 32 letters and digits',
    description: 'Signs the pushes; the same as in the console.',
  },
  {
    name: 'OFFICIAL_ACCOUNT_AES_KEY',
    default: null,
    unit: '43 letters and digits',
    description: 'EncodingAESKey, for the safe mode (安全模式), which we advise.',
  },
  {
    name: 'OFFICIAL_ACCOUNT_PREVIOUS_AES_KEY',
    default: null,
    unit: '43 letters and digits',
    description: 'The key before, while WeChat still sends pushes made with it.',
  },
  {
    name: 'OFFICIAL_ACCOUNT_API_URL',
    default: 'https://api.weixin.qq.com',
    unit: 'http(s) URL',
    description: 'WeChat server API; another address only for a proxy or a simulator.',
  },
  {
    name: 'OFFICIAL_ACCOUNT_MP_URL',
    default: 'https://mp.weixin.qq.com',
    unit: 'http(s) URL',
    description: 'Where WeChat shows the QR codes of the account.',
  },
  {
    name: 'OFFICIAL_ACCOUNT_OPEN_URL',
    default: 'https://open.weixin.qq.com',
    unit: 'http(s) URL',
    description: 'Where residents confirm a web login with WeChat.',
  },
  {
    name: 'LOG_LEVEL',
    default: 'info',
    unit: 'fatal | error | warn | info | debug | trace | silent',
    description: 'How much is logged. Never names, phones, openids or words of residents, at any level.',
  },
]
