import { randomBytes } from 'node:crypto'

/** What one call of the API answers: a code, data, bytes of a type, or null for "not found". */
export type Result =
  | { errcode: number; errmsg: string }
  | { data: Record<string, unknown> }
  | { type: string; bytes: Buffer }
  | null

/** A refusal, worded as WeCom words it. */
export function no(errcode: number, errmsg: string): { errcode: number; errmsg: string } {
  const hint = `[${Date.UTC(2026, 0, 1)}${randomBytes(8).toString('hex')}]`
  return {
    errcode,
    errmsg: `${errmsg}, hint: ${hint}, more info at https://open.work.weixin.qq.com/devtool/query?e=${errcode}`,
  }
}
