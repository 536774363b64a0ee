import { MashangError } from '#base'

/** Why a push is refused; every one of them is a 4xx, so that a stranger's request never looks like our fault. */
const statuses = {
  PUSH_SIGNATURE: 403,
  PUSH_STALE: 403,
  PUSH_PLAIN_REFUSED: 403,
  PUSH_XML: 400,
  PUSH_FIELDS: 400,
  PUSH_TOO_LARGE: 413,
  PUSH_DECRYPT: 403,
  PUSH_APP_ID: 403,
} as const

type PushRefusal = keyof typeof statuses

export function refusal(code: PushRefusal, message: string, fix?: string, cause?: unknown): MashangError {
  return new MashangError(message, { code, status: statuses[code], cause, ...(fix === undefined ? {} : { fix }) })
}
