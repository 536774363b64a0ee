export {
  changeCase,
  dueCases,
  timelineOf,
  triageList,
  type CaseChange,
  type StoredCase,
  type TriageEntry,
} from './cases.ts'
export {
  contactOf,
  overlapMs,
  readConversations,
  type Position,
  type Read,
  type Reading,
  type Spoken,
} from './conversation.ts'
export {
  expireSending,
  listDeliveries,
  retryUnbound,
  setGone,
  waitingLanes,
  type DeliveryListed,
} from './deliveries.ts'
export {
  casesToErase,
  eraseCase,
  eraseRest,
  finishErasure,
  openErasures,
  readErasure,
  type CaseToErase,
  type Erasure,
  type Remains,
} from './erasure.ts'
export { importGroups, type GroupRow } from './groups.ts'
export { intake, type IntakeWrites } from './intake.ts'
export type { IntakeKey, IntakeView, SeenContact } from './look.ts'
export { type Result, type Words } from './lane-rows.ts'
export { stepLanes, type Claim, type Claimed, type Spend, type Step, type Stepped, type Together } from './lanes.ts'
export {
  claimHints,
  createHintSearch,
  giveHint,
  listHinted,
  missHint,
  readHints,
  type Hint,
  type HintWanted,
} from './hints.ts'
export { answerLater, answerNow } from './late-answers.ts'
export { openKeyring, type Keyring } from './keyring.ts'
export {
  eraseMedia,
  keepMedia,
  listMedia,
  missMedia,
  readMedia,
  readMediaWanted,
  waitingMedia,
  type MediaContent,
  type MediaKept,
  type MediaListed,
  type MediaWanted,
} from './media.ts'
export { bucketVault, folderVault, type BucketSettings, type MediaVault } from './media-vault.ts'
export { readCorrections, type Correction } from './corrections.ts'
export { migrate, servingConfig, servingRole } from './migrate.ts'
export { drainOutbox, type OutboxJob } from './outbox.ts'
export { createBindingCode, createPickupCode, type BindingCode } from './codes.ts'
export { countLoads, importPeople, listPeople, type PersonListed, type PersonRow } from './people.ts'
export { accountsOf, unbind, type Account } from './unbind.ts'
export type { Unsaid } from './unsaid.ts'
export { keepQrCode, type KeptQrCode } from './qr-codes.ts'
export { countMayHaveArrived, resend, type Meant, type Resent } from './resend.ts'
export { countRefusals, listRefusals } from './refusals.ts'
export type {
  CaseRow,
  CaseWrite,
  ContactRow,
  DeliveryRow,
  ErasureRow,
  MediaRow,
  MessageRow,
  OutboxRow,
  SendWindow,
} from './rows.ts'
export { openTokens, type HeldTokens, type KeptToken, type Tokens } from './tokens.ts'
export { isPassing } from './transaction.ts'
export {
  casesAfter,
  comparableVersions,
  dropTwins,
  holdTwinSearch,
  keepTwins,
  listTwins,
  noteTwinSearch,
  oldestOfNewest,
  releaseTwinSearch,
  restartTwinSearch,
  twinRows,
  type ListedCase,
  type TwinListed,
  type TwinRow,
} from './twins.ts'
export { compareRoot, readRoot, rootHash, type LedgerRoot } from './roots.ts'
export { committedWords, verify, type VerifyReport } from './verify.ts'
export {
  findEmbeddedPostgres,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresConnection,
} from './embedded/index.ts'
export { countReplay, type ReplayCounts } from './replay-counts.ts'
