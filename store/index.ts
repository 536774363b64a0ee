export {
  changeCase,
  dueCases,
  timelineOf,
  triageList,
  type CaseChange,
  type StoredCase,
  type TriageEntry,
} from './cases.ts'
export { expireSending, listDeliveries, retryUnbound, waitingLanes, type DeliveryListed } from './deliveries.ts'
export { intake, type IntakeKey, type IntakeView, type IntakeWrites, type SeenContact } from './intake.ts'
export { stepLanes, type Claim, type Claimed, type Result, type Spend, type Step, type Stepped } from './lanes.ts'
export { openKeyring, type Keyring } from './keyring.ts'
export { migrate, servingConfig, servingRole } from './migrate.ts'
export { drainOutbox, type OutboxJob } from './outbox.ts'
export { createBindingCode, importPeople, listPeople, type PersonListed, type PersonRow } from './people.ts'
export { countRefusals, listRefusals } from './refusals.ts'
export type { CaseRow, CaseWrite, ContactRow, DeliveryRow, MessageRow, OutboxRow, SendWindow } from './rows.ts'
export { isPassing } from './transaction.ts'
export { compareRoot, readRoot, rootHash, type LedgerRoot } from './roots.ts'
export { committedWords, verify, type VerifyReport } from './verify.ts'
export {
  findEmbeddedPostgres,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresConnection,
} from './embedded/index.ts'
export { countReplay, type ReplayCounts } from './replay-counts.ts'
