export { ask } from './ask.ts'
export type { Asked } from './ask.ts'
export type { Channel, ChannelTools, Door, DoorAnswer, DoorRequest, Media, Opened } from './channel.ts'
export { cardResultOf, packCardResult } from './card-result.ts'
export { fitted } from './fitted.ts'
export type { Choice, Content, Inbound, Outbound, Room, SendOutcome } from './message.ts'
export { createChannels, hasPlatform } from './registry.ts'
export type { ChannelSettings } from './registry.ts'
export { splitText } from './split-text.ts'
export { freshnessSeconds, maxPushBytes } from './tencent/index.ts'
export { checkOfficialAccountKeys, createOfficialAccountClient, readPush, verifyUrl } from './official-account/index.ts'
export type {
  AccessToken,
  HeldTokenStore,
  Menu,
  MenuButton,
  OfficialAccountClient,
  OfficialAccountClientOptions,
  OfficialAccountKeys,
  Push,
  PushRequest,
  QrCode,
  TokenStore,
} from './official-account/index.ts'
export { officialAccountRules } from './official-account/index.ts'
export {
  answerSchema,
  checkSigned,
  freshForSeconds,
  mediaRequestSchema,
  saySchema,
  signedHeaders,
} from './wechaty/index.ts'
export type { Heard, Say as WechatySay, WechatyOptions } from './wechaty/index.ts'
export type { ChannelRules, OpenedWindow, SendRate } from './windows.ts'
export {
  addressOf,
  clientOf,
  createThrottle,
  idOf,
  isOurPage,
  isScene,
  loadPage,
  newSecret,
  secretOf,
  sessionCookie,
  webRules,
} from './web/index.ts'
export type { PageFile, PageName, Sites } from './web/index.ts'
export { wecomRobotRules, wecomRules } from './wecom/index.ts'
