import type { TableLine } from './csv.ts'
import { mergesOf } from './merges.ts'
import { readSheet } from './sheet.ts'
import { attribute, elements } from './xml.ts'
import { openZip } from './zip.ts'
import type { Zip } from './zip.ts'
import { isDateFormat } from './workbook-dates.ts'

/** A sheet of a workbook, read when it is asked for. */
export interface Sheet {
  name: string
  lines(): AsyncIterable<TableLine>
}

/**
 * The sheets of an .xlsx file, in their order. Its words and formats are held in memory, its lines are not; a cell of a
 * merged area holds what the whole area shows.
 */
export async function openWorkbook(path: string): Promise<{ sheets: Sheet[]; close(): Promise<void> }> {
  const zip = await openZip(path)
  try {
    const { sheets, startsIn1904 } = await contents(zip)
    let known: Promise<[words: string[], dated: boolean[]]> | undefined
    const read = async function* (part: string) {
      known ??= Promise.all([sharedWords(zip), datedStyles(zip)])
      const [words, dated] = await known
      yield* readSheet(zip.read(part), { words, dated, startsIn1904, merges: await mergesOf(zip.read(part)) })
    }
    return { sheets: sheets.map(({ name, part }) => ({ name, lines: () => read(part) })), close: () => zip.close() }
  } catch (error) {
    await zip.close()
    throw error
  }
}

/** Which sheets there are, where each lies, and which day its dates count from. */
async function contents(zip: Zip) {
  const parts = new Map<string, string>()
  for await (const found of elements(zip.read('xl/_rels/workbook.xml.rels'))) {
    for (const { name, attributes } of found) {
      if (name === 'Relationship') parts.set(attribute(attributes, 'Id'), attribute(attributes, 'Target'))
    }
  }
  const sheets: { name: string; part: string }[] = []
  let startsIn1904 = false
  for await (const found of elements(zip.read('xl/workbook.xml'))) {
    for (const { name, attributes, opens } of found) {
      if (name === 'workbookPr') startsIn1904 = ['1', 'true'].includes(attribute(attributes, 'date1904'))
      if (name !== 'sheet' || !opens) continue
      const target = parts.get(attribute(attributes, 'id')) ?? ''
      const part = target.startsWith('/') ? target.slice(1) : `xl/${target}`
      if (zip.has(part)) sheets.push({ name: attribute(attributes, 'name'), part })
    }
  }
  return { sheets, startsIn1904 }
}

/** Words that cells point to by number; of rich text its letters, without how they are to be spoken. */
async function sharedWords(zip: Zip): Promise<string[]> {
  const words: string[] = []
  let spoken = 0
  for await (const found of elements(zip.read('xl/sharedStrings.xml'))) {
    for (const { name, text, opens } of found) {
      if (name === 'si' && opens) words.push('')
      if (name === 'rPh') spoken += opens ? 1 : -1
      if (name === 't' && !opens && spoken === 0) words[words.length - 1] += text
    }
  }
  return words
}

/** By style, whether its numbers are dates. */
async function datedStyles(zip: Zip): Promise<boolean[]> {
  const formats = new Map<string, string>()
  const dated: boolean[] = []
  let inCells = false
  for await (const found of elements(zip.read('xl/styles.xml'))) {
    for (const { name, attributes, opens } of found) {
      const id = attribute(attributes, 'numFmtId')
      if (name === 'numFmt' && opens) formats.set(id, attribute(attributes, 'formatCode'))
      if (name === 'cellXfs') inCells = opens
      if (name === 'xf' && opens && inCells) dated.push(isDateFormat(Number(id), formats.get(id)))
    }
  }
  return dated
}
