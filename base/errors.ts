/** What went wrong, in a form that a caller can act on and a person can mend. */
export interface ErrorDetails {
  /** Stable, never reused: `SETTINGS_INVALID`, `PUSH_SIGNATURE`, … */
  code: string
  /** HTTP status, where the error reaches a web client. */
  status?: number
  /** The setting or step that mends it. */
  fix?: string
  cause?: unknown
}

/** The one error class of the project; told apart by `code`, not by subclass. */
export class MashangError extends Error {
  readonly code: string
  readonly status: number
  readonly fix: string | undefined

  constructor(message: string, { code, status = 500, fix, cause }: ErrorDetails) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'MashangError'
    this.code = code
    this.status = status
    this.fix = fix
  }
}

/** True for one of our errors, with `code` if one is named. */
export function isMashangError(error: unknown, code?: string): error is MashangError {
  return error instanceof MashangError && (code === undefined || error.code === code)
}

/** The message of anything that can be thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
