import { XMLParser } from 'fast-xml-parser'
import { scanFlatXml } from './flat-xml.ts'
import { refusal } from './refuse.ts'

// The defaults would turn a text `00123` into 123, trim it, and lose the last digits of a 64-bit id.
const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
})

/**
 * The members of the one `<xml>` element; leaves are strings, repeated tags arrays. Throws PUSH_XML.
 * DOCTYPE, and every other `<!` that is not CDATA, is refused; inside CDATA a resident may write what they like.
 */
export function parseXml(text: string): Record<string, unknown> {
  const flat = scanFlatXml(text)
  if (flat !== null) return flat
  refuseDeclarations(text)
  let document: unknown
  try {
    document = parser.parse(text)
  } catch (error) {
    throw refusal('PUSH_XML', 'The body is not XML', undefined, error)
  }
  const xml = isRecord(document) && Object.hasOwn(document, 'xml') ? document['xml'] : undefined
  if (!isRecord(xml)) throw refusal('PUSH_XML', 'The body has no <xml> element with members')
  return xml
}

/** One flat `<xml>` element: numbers as they are, strings as CDATA. */
export function writeXml(fields: Record<string, string | number>): string {
  const members = Object.entries(fields).map(
    ([name, value]) => `<${name}>${typeof value === 'number' ? value : cdata(value)}</${name}>`,
  )
  return `<xml>${members.join('')}</xml>`
}

/** The named member when it is a leaf, else null. */
export function leaf(xml: Record<string, unknown>, name: string): string | null {
  const value = Object.hasOwn(xml, name) ? xml[name] : undefined
  return typeof value === 'string' ? value : null
}

/** The members under a name, one or many: WeChat writes a list of one as a plain object. */
export function branches(xml: Record<string, unknown>, name: string): Record<string, unknown>[] {
  const value = Object.hasOwn(xml, name) ? xml[name] : undefined
  return (Array.isArray(value) ? value : [value]).filter(isRecord)
}

// XML 1.0 has no form at all for these; one of them would make the whole reply unreadable to WeChat.
const notInXml = /[^\t\n\r\u0020-\ufffd\u{10000}-\u{10ffff}]/gu

function cdata(text: string): string {
  const legal = text.toWellFormed().replace(notInXml, '')
  return `<![CDATA[${legal.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
}

function refuseDeclarations(text: string): void {
  let at = text.indexOf('<!')
  while (at !== -1) {
    const end = text.startsWith('<![CDATA[', at) ? text.indexOf(']]>', at + 9) : -1
    if (end === -1) throw refusal('PUSH_XML', 'A declaration, a comment or an unclosed CDATA stands in the body')
    at = text.indexOf('<!', end + 3)
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
