export { connectSimulator, outOfService, startOfficialAccountSimulator } from './official-account/index.ts'
export type {
  Accepted,
  Misbehaviour,
  Mode,
  Person,
  PushOptions,
  PushResult,
  Shown,
  Simulator,
  SimulatorConnection,
  SimulatorOptions,
  XmlFields,
} from './official-account/index.ts'
export { startWecomSimulator } from './wecom/index.ts'
export type {
  Delivered,
  Member,
  ShownCard,
  WecomMisbehaviour,
  WecomPushOptions,
  WecomPushResult,
  WecomShown,
  WecomSimulator,
  WecomSimulatorOptions,
} from './wecom/index.ts'
export { badContents, startLanguageModelSimulator } from './language-model/index.ts'
export type { LanguageModelMisbehaviour, LanguageModelSimulator } from './language-model/index.ts'
