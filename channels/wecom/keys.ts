import { decodeAesKey } from '../tencent/index.ts'

/** What WeCom and we both know of one app (自建应用). */
export interface WecomKeys {
  /** 企业ID. */
  corpId: string
  /** The app's number. */
  agentId: string
  /** Signs the callbacks. */
  token: string
  /** EncodingAESKey: 43 letters and digits. */
  aesKey: string
}

/** Throws AES_KEY_INVALID: a setting is wrong, so it stops the start. */
export function aesKeyOf({ aesKey }: WecomKeys): Buffer {
  return decodeAesKey(aesKey, 'Copy WECOM_AES_KEY again from 应用管理 → the app → 接收消息 → 设置API接收')
}
