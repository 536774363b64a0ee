import { encrypt } from '../../../channels/tencent/crypto.ts'
import { sign, writeXml } from '../../../channels/tencent/index.ts'

/** An invented app. */
export const app = {
  corpId: 'wwdemo0123456789ab',
  agentId: '1000002',
  secret: 'not-a-real-secret',
  token: 'street-lamp',
  aesKey: 'b'.repeat(42) + 'A',
}

export const key = Buffer.from(`${app.aesKey}=`, 'base64')

/** What stands around every message. */
export const common = {
  ToUserName: app.corpId,
  FromUserName: 'ZhangSan',
  CreateTime: 1_795_420_800,
  AgentID: 1_000_002,
}

/** A callback's query and body, as WeCom would make them. */
export function sealed(
  clear: string,
  { at = String(common.CreateTime), nonce = '486452656', id = app.corpId, aesKey = key, token = app.token } = {},
) {
  const encrypted = encrypt(clear, id, aesKey)
  const query = { timestamp: at, nonce, msg_signature: sign(token, at, nonce, encrypted) }
  return { query, body: writeXml({ ToUserName: app.corpId, AgentID: app.agentId, Encrypt: encrypted }), encrypted }
}
