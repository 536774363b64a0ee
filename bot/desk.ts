import type { Clock } from '#base'
import type { Rules } from '#cases'
import type { City, Directory } from '#config'
import type { Say } from '#templates'
import type { Reader } from '#understanding'

/** All that a conversation may look at besides the ledger. The directory is a snapshot a few seconds old at most. */
export interface Desk {
  city: City
  directory: Directory
  reader: Reader
  rules: Rules
  say: Say
  clock: Clock
}
