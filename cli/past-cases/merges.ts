/** A merged area of a sheet, corners included; lines and columns from 1. */
export interface Merge {
  top: number
  left: number
  bottom: number
  right: number
}

/** More are let be: their cells then count as written. */
const most = 100_000

/**
 * The merged areas of a sheet. They stand behind its lines, so this is a walk through all of it; it looks for their
 * tags only, which is little beside reading the lines.
 */
export async function mergesOf(bytes: AsyncIterable<Buffer>): Promise<Merge[]> {
  const merges: Merge[] = []
  let tail = ''
  for await (const piece of bytes) {
    const text = tail + piece.toString('latin1')
    for (const [, area] of text.matchAll(/<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z0-9:]+)"/g)) {
      const [from, to] = area!.split(':').map(cellAt)
      if (from && to && merges.length < most) {
        merges.push({ top: from.line, left: from.column, bottom: to.line, right: to.column })
      }
    }
    // From the last tag that hasn't ended: one cut in two by the pieces is found whole in the next round.
    const open = text.lastIndexOf('<')
    tail = open > text.lastIndexOf('>') ? text.slice(open, open + 1_000) : ''
  }
  return merges
}

/** `B3` → column 2, line 3 */
export function cellAt(reference: string): { column: number; line: number } | null {
  const [, letters = '', digits = ''] = /^([A-Z]{1,3})(\d{1,7})$/.exec(reference) ?? []
  if (letters === '') return null
  let column = 0
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64
  return { column, line: Number(digits) }
}
