import { randomBytes } from 'node:crypto'

/** What one call of the API answers: a code, data, bytes, or null for "not found". */
export type Result =
  | { errcode: number; errmsg: string }
  | { data: Record<string, unknown> }
  | { contentType: string; bytes: Buffer }
  | null

/** A refusal, worded as the platform words it. */
export function no(errcode: number, errmsg: string): { errcode: number; errmsg: string } {
  const hex = randomBytes(12).toString('hex')
  return { errcode, errmsg: `${errmsg} rid: ${hex.slice(0, 8)}-${hex.slice(8, 16)}-${hex.slice(16)}` }
}
