export type { Channel, ChannelTools, Door, DoorAnswer, DoorRequest, Media, Opened } from './channel.ts'
export { fitted } from './fitted.ts'
export type { Choice, Content, Inbound, Outbound, SendOutcome } from './message.ts'
export { splitText } from './split-text.ts'
export {
  checkOfficialAccountKeys,
  createOfficialAccountClient,
  freshnessSeconds,
  maxPushBytes,
  readPush,
  verifyUrl,
} from './official-account/index.ts'
export type {
  AccessToken,
  OfficialAccountClient,
  OfficialAccountClientOptions,
  OfficialAccountKeys,
  Push,
  PushRequest,
  QrCode,
  TokenStore,
} from './official-account/index.ts'
export { officialAccountRules } from './official-account/index.ts'
export type { ChannelRules, OpenedWindow } from './windows.ts'
