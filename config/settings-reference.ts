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
    name: 'OFFICIAL_ACCOUNT_MEDIA_HOSTS',
    default: '*.qq.com',
    unit: 'host names with commas between',
    description: 'Where videos of residents may be fetched from, besides the host of API_URL.',
  },
  {
    name: 'WECOM_CORP_ID',
    default: null,
    unit: '企业ID',
    description:
      'WeCom (企业微信), for deputies and staff. Set with AGENT_ID, SECRET, TOKEN and AES_KEY, or not at all: then it is off.',
  },
  { name: 'WECOM_AGENT_ID', default: null, unit: 'AgentId', description: 'The app of that corporation.' },
  { name: 'WECOM_SECRET', default: null, unit: 'Secret', description: 'Secret of that app.' },
  {
    name: 'WECOM_TOKEN',
    default: null,
    unit: '3 to 32 letters and digits',
    description: 'Signs the callbacks; the same as in the console.',
  },
  {
    name: 'WECOM_AES_KEY',
    default: null,
    unit: '43 letters and digits',
    description: 'EncodingAESKey of the callbacks.',
  },
  {
    name: 'WECOM_API_URL',
    default: 'https://qyapi.weixin.qq.com',
    unit: 'http(s) URL',
    description: 'WeCom server API; another address only for a proxy or a simulator.',
  },
  {
    name: 'WECOM_ROBOTS',
    default: null,
    unit: 'station-id=key with commas between',
    description: 'Robots (消息推送) of stations’ duty groups, each by the key of its webhook, which is a secret.',
  },
  {
    name: 'WEB_CHAT',
    default: 'on',
    unit: 'on | off',
    description: 'The web chat at /chat, for residents without WeChat at hand. Set PUBLIC_URL to its https address.',
  },
  {
    name: 'WEB_CHAT_SITES',
    default: null,
    unit: 'addresses with commas between',
    description: 'Other websites that may show the web chat in a frame, such as https://www.example.gov.cn.',
  },
  {
    name: 'WECHATY_PUPPET',
    default: null,
    unit: 'package name',
    description:
      'Switches group chats on, through the wechaty library: the puppet, such as wechaty-puppet-service. WeChat may close personal accounts used so: see docs/wechaty.md.',
  },
  {
    name: 'WECHATY_PUPPET_OPTIONS',
    default: '{}',
    unit: 'JSON',
    description: 'What that puppet is made with, such as {"token":"…"}.',
  },
  {
    name: 'WECHATY_PUPPET_WALL',
    default: 'on',
    unit: 'on | off',
    description: 'The gateway reads and writes its own folder only. Off for puppets that bring a browser of their own.',
  },
  {
    name: 'WECHATY_SECRET',
    default: null,
    unit: '16 letters or more',
    description: 'Shared by the house and the wechaty gateway. Not set: made in DATA_DIR, which then both must have.',
  },
  {
    name: 'WECHATY_GATEWAY_URL',
    default: 'http://127.0.0.1:3010',
    unit: 'http(s) URL',
    description: 'Where the wechaty gateway listens, and where the house asks it to say something.',
  },
  {
    name: 'WECHATY_HOUSE_URL',
    default: null,
    unit: 'http(s) URL',
    description: 'Where the wechaty gateway hands in what it heard. Not set: PORT of this machine.',
  },
  {
    name: 'MEDIA_S3_ENDPOINT',
    default: null,
    unit: 'http(s) URL',
    description:
      'An S3-compatible store for the pictures, voices and videos that residents send, sealed. Not set: a folder in DATA_DIR.',
  },
  { name: 'MEDIA_S3_BUCKET', default: null, unit: 'name', description: 'The bucket in it.' },
  {
    name: 'MEDIA_S3_REGION',
    default: 'us-east-1',
    unit: 'name',
    description: 'Its region, which requests are signed for.',
  },
  {
    name: 'MEDIA_S3_ACCESS_KEY',
    default: null,
    unit: 'access key',
    description: 'Who may read, write and delete there.',
  },
  { name: 'MEDIA_S3_SECRET_KEY', default: null, unit: 'secret key', description: 'Its secret.' },
  {
    name: 'LANGUAGE_MODEL_URL',
    default: null,
    unit: 'http(s) URL',
    description:
      'A language model that speaks OpenAI’s chat completions, such as https://api.example.cn/v1: staff see what it takes an unsure case for. Set with LANGUAGE_MODEL_NAME, or not at all: then none is asked.',
  },
  { name: 'LANGUAGE_MODEL_NAME', default: null, unit: 'model', description: 'Which model of that endpoint.' },
  {
    name: 'LANGUAGE_MODEL_KEY',
    default: null,
    unit: 'key',
    description: 'Its key, a secret. Not set: the endpoint asks for none.',
  },
  {
    name: 'LANGUAGE_MODEL_BELOW',
    default: '0.6',
    unit: '0 to 1',
    description: 'It is asked where we are less sure of a case’s topic than this.',
  },
  {
    name: 'LOG_LEVEL',
    default: 'info',
    unit: 'fatal | error | warn | info | debug | trace | silent',
    description: 'How much is logged. Never names, phones, openids or words of residents, at any level.',
  },
]
