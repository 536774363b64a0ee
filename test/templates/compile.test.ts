import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { Liquid } from 'liquidjs'
import { describe, expect, test } from 'vitest'
import { compile, NotPlain } from '../../templates/compile.ts'

const liquid = new Liquid({ strictFilters: true })
const folder = join(import.meta.dirname, '..', '..', 'templates', 'zh-CN')
const sources = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'))

/** Values as parameters hold them, those that are easily taken for another among them. */
const value = fc.oneof(
  fc.constantFrom(null, undefined, '', ' ', 'place', 'town', false, true, 0, 1),
  fc.string(),
  fc.integer(),
)
const names = [
  'c',
  'ask',
  'danger',
  'number',
  'words',
  'proof',
  'result',
  'station',
  'deputy',
  'place',
  'topic',
  'kind',
  'answer_by',
]
const parameters = fc.dictionary(
  fc.constantFrom(...names),
  fc.oneof(value, fc.dictionary(fc.constantFrom(...names), value)),
)

function same(source: string, given: Record<string, unknown>): void {
  const parsed = liquid.parse(source)
  const render = compile(parsed)
  if (render === null) return
  let text: string
  try {
    text = render(given)
  } catch (error) {
    // Handed back to LiquidJS: its word counts.
    if (error instanceof NotPlain) return
    throw error
  }
  expect(text).toBe(String(liquid.renderSync(parsed, given)))
}

describe('a compiled template', () => {
  test('says what LiquidJS says, for every template of ours', () => {
    fc.assert(
      fc.property(fc.constantFrom(...sources), parameters, (source, given) => same(source, given)),
      { numRuns: 3_000 },
    )
  })

  test.each([
    '{{ c.topic | default: "无" }}',
    "{{ ask | default: '' }}",
    '{% if ask == "place" %}甲{% elsif c.deputy %}乙{% else %}丙{% endif %}',
    '{% if c %}{{ c.place }}{% endif %}{{ number }}',
    '{%- if words -%} {{ words }} {%- endif -%}',
  ])('%s', (source) => {
    expect(compile(liquid.parse(source))).not.toBeNull()
    fc.assert(fc.property(parameters, (given) => same(source, given)))
  })

  test.each([
    '{% for each in cases %}{{ each }}{% endfor %}',
    '{{ words | upcase }}',
    '{{ cases.size }}',
    '{{ cases[0] }}',
    '{% if a and b %}甲{% endif %}',
    '{% if ask != "place" %}甲{% endif %}',
    '{% if ask == place %}甲{% endif %}',
    '{% if ask == empty %}甲{% endif %}',
    '{% assign a = 1 %}',
    '{% unless ask %}甲{% endunless %}',
  ])('leaves to LiquidJS what it does not know: %s', (source) => {
    expect(compile(liquid.parse(source))).toBeNull()
  })

  test('most of ours are compiled, the receipt among them', () => {
    const compiled = sources.filter((source) => compile(liquid.parse(source)) !== null)
    expect(compiled.length).toBeGreaterThan(sources.length / 2)
    expect(compile(liquid.parse(readFileSync(join(folder, 'receipt.liquid'), 'utf8')))).not.toBeNull()
  })
})
