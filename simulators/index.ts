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
