import { SaxesParser } from 'saxes'
import { isMashangError, MashangError, messageOf } from '#base'

/** One tag as it opens (without text yet) or closes (with the text directly in it). Names are without their prefix. */
export interface Element {
  name: string
  attributes: Record<string, string>
  opens: boolean
  text: string
}

/** A cell holds 32,767 letters at most; longer text is cut. */
const longestText = 65_536

/** The tags of an XML file, as many at a time as came in together. A DOCTYPE defines nothing: entities of its own are an error. */
export async function* elements(bytes: AsyncIterable<Buffer>): AsyncGenerator<Element[]> {
  const parser = new SaxesParser()
  const decoder = new TextDecoder()
  const open: Element[] = []
  let ready: Element[] = []
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name: plain(name), attributes, opens: true, text: '' }
    open.push({ ...element, opens: false })
    ready.push(element)
  })
  const add = (text: string) => {
    const element = open.at(-1)
    if (element && element.text.length < longestText) element.text += text.slice(0, longestText)
  }
  parser.on('text', add)
  parser.on('cdata', add)
  parser.on('closetag', () => ready.push(open.pop()!))
  try {
    let began = false
    for await (const piece of bytes) {
      began = true
      parser.write(decoder.decode(piece, { stream: true }))
      yield ready
      ready = []
    }
    // A part that isn't there is none; one that breaks off is broken.
    if (began) parser.close()
  } catch (error) {
    if (isMashangError(error)) throw error
    throw new MashangError(`the workbook can't be read: ${messageOf(error)}`, {
      code: 'LABELLED_FILE',
      fix: 'Open it in a spreadsheet program and save it anew as .xlsx or as CSV',
      cause: error,
    })
  }
}

/** `id` stands for `r:id` too. */
export function attribute(attributes: Record<string, string>, name: string): string {
  if (attributes[name] !== undefined) return attributes[name]
  return Object.entries(attributes).find(([key]) => plain(key) === name)?.[1] ?? ''
}

const plain = (name: string): string => name.slice(name.indexOf(':') + 1)
