import type { Output, Template } from 'liquidjs'

/** Parameters of a template. */
export type Parameters = Record<string, unknown>
type Part = (parameters: Parameters) => string
type Read = (parameters: Parameters) => unknown

/** LiquidJS's own form of what stands in `{{ … }}` and behind `if`. */
type Expression = Output['value']
type Operand = Expression['initial']['postfix'][number]

/**
 * The template as a function, ten times as fast as LiquidJS's generators: the receipt is rendered for every message.
 * Null where it holds more than text, variables with or without `default`, and `if` on a variable or on one that equals
 * a text: such a template is left to LiquidJS, whose results are the measure for what is done here.
 */
export function compile(templates: readonly Template[]): Part | null {
  const parts: Part[] = []
  for (const template of templates) {
    const part = partOf(template)
    if (part === null) return null
    parts.push(part)
  }
  return (parameters) => {
    let text = ''
    for (const part of parts) text += part(parameters)
    return text
  }
}

/** A value that is no plain one was met while rendering: LiquidJS knows what to make of it. */
export class NotPlain extends Error {}

function partOf(template: Template): Part | null {
  if ('str' in template && typeof template.str === 'string') {
    const { str } = template
    return () => str
  }
  if ('value' in template) {
    const read = outputOf(template.value as Expression)
    return read && ((parameters) => textOf(read(parameters)))
  }
  const { name } = template as { name?: unknown }
  return name === 'if' ? ifOf(template as unknown as IfTag) : null
}

interface IfTag {
  branches: { value: Expression; templates: Template[] }[]
  elseTemplates?: Template[]
}

function ifOf({ branches, elseTemplates }: IfTag): Part | null {
  const compiled: { holds: (parameters: Parameters) => boolean; part: Part }[] = []
  for (const { value, templates } of branches) {
    const holds = conditionOf(value)
    const part = compile(templates)
    if (holds === null || part === null) return null
    compiled.push({ holds, part })
  }
  const otherwise = compile(elseTemplates ?? [])
  if (otherwise === null) return null
  return (parameters) => (compiled.find(({ holds }) => holds(parameters))?.part ?? otherwise)(parameters)
}

function conditionOf({ initial: { postfix }, filters }: Expression): ((parameters: Parameters) => boolean) | null {
  if (filters.length > 0) return null
  const [first, second, operator] = postfix
  const left = first === undefined ? null : variableOf(first)
  if (left === null) return null
  if (postfix.length === 1) return (parameters) => isTrue(left(parameters))
  const right = second === undefined ? null : quoted(second)
  const equals = operator !== undefined && 'operator' in operator && operator.operator === '=='
  if (postfix.length !== 3 || right === null || !equals) return null
  return (parameters) => left(parameters) === right
}

function outputOf({ initial: { postfix }, filters }: Expression): Read | null {
  const [only] = postfix
  const read = postfix.length === 1 && only !== undefined ? variableOf(only) : null
  if (read === null || filters.length === 0) return read
  const [filter] = filters
  const argument = filter?.args.length === 1 ? filter.args[0] : undefined
  const fallback = filter?.name === 'default' && typeof argument === 'object' ? quoted(argument as Operand) : null
  if (filters.length > 1 || fallback === null) return null
  return (parameters) => {
    const value = read(parameters)
    return value === '' || !isTrue(value) ? fallback : value
  }
}

/** Names that mean something else to LiquidJS than a member. */
const computed = new Set(['size', 'first', 'last'])

function variableOf(operand: Operand): Read | null {
  if (!('props' in operand) || ('variable' in operand && operand.variable !== undefined)) return null
  const path: string[] = []
  for (const prop of operand.props as Operand[]) {
    if (!('content' in prop) || typeof prop.content !== 'string' || computed.has(prop.content)) return null
    path.push(prop.content)
  }
  return (parameters) => {
    let value: unknown = parameters
    for (const name of path) {
      if (value === null || value === undefined) return value
      value = Object.hasOwn(value, name) ? (value as Parameters)[name] : undefined
    }
    return value
  }
}

function quoted(operand: Operand): string | null {
  // A name has content too, but no quotes around it.
  if (!('content' in operand) || typeof operand.content !== 'string' || !('input' in operand)) return null
  const quote = operand.input[operand.begin]
  return quote === '"' || quote === "'" ? operand.content : null
}

function isTrue(value: unknown): boolean {
  return value !== false && value !== null && value !== undefined
}

function textOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
    case 'boolean':
      return String(value)
    case 'undefined':
      return ''
    default:
      if (value === null) return ''
      throw new NotPlain()
  }
}
