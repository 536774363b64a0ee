/** Members of a pushed message: numbers bare, text in CDATA, nested members as objects, repeated ones as arrays. */
export type XmlFields = { [name: string]: string | number | XmlFields | XmlFields[] }

/** `<xml>…</xml>` as the platform writes it, a line a member. */
export function toXml(fields: XmlFields): string {
  return `<xml>\n${members(fields)}</xml>`
}

function members(fields: XmlFields): string {
  return Object.entries(fields)
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((one) => `<${name}>${inner(one)}</${name}>\n`),
    )
    .join('')
}

function inner(value: string | number | XmlFields): string {
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return `<![CDATA[${value.split(']]>').join(']]]]><![CDATA[>')}]]>`
  return `\n${members(value)}`
}

const whole = /^\s*<xml>([\s\S]*)<\/xml>\s*$/
const cdata = /<!\[CDATA\[([\s\S]*?)\]\]>/g
// One member: CDATA sections (whose content may look like tags), or bare text.
const member = /<([A-Za-z]\w*)>((?:<!\[CDATA\[[\s\S]*?\]\]>|[^<])*)<\/\1>\s*/y

/** The flat members of a reply; null when it isn't well-formed or holds anything nested. */
export function fromXml(text: string): Record<string, string> | null {
  const body = whole.exec(text)?.[1]?.trimStart()
  if (body === undefined) return null
  const fields: Record<string, string> = {}
  member.lastIndex = 0
  let at = 0
  for (let found = member.exec(body); found; found = member.exec(body)) {
    fields[found[1]!] = found[2]!.replace(cdata, (_, inside: string) => inside)
    at = member.lastIndex
  }
  return at === body.length ? fields : null
}
