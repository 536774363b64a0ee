import { constants } from 'node:fs'

const { O_WRONLY, O_CREAT, O_TRUNC, O_APPEND, O_DSYNC = 0 } = constants as Partial<typeof constants> & typeof constants

/**
 * Flags for files that must outlive a crash of the machine: each write is on the disk when it returns. `fsync` would be
 * the usual way, but Node's permission model, behind which this process runs, knows none for a descriptor.
 */
export const written = O_WRONLY | O_CREAT | O_TRUNC | O_DSYNC
export const appended = O_WRONLY | O_CREAT | O_APPEND | O_DSYNC
