export type { Content, Inbound, Outbound, SendOutcome } from './message.ts'
