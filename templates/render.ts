import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Liquid } from 'liquidjs'
import type { Template } from 'liquidjs'
import type { TemplateName } from './names.ts'

/** Fills one template in. Parameters that a template doesn't use are ignored. */
export type Say = (name: TemplateName, parameters: Record<string, unknown>) => string

/**
 * Reads all templates of a locale once. LiquidJS, because staff may edit them: a template can't run code.
 * `strict` makes a parameter that is missing an error: for tests, where a resident would see a gap.
 */
export function loadTemplates(locale = 'zh-CN', { strict = false } = {}): Say {
  const folder = fileURLToPath(new URL(`./${locale}/`, import.meta.url))
  const liquid = new Liquid({ strictVariables: strict, strictFilters: true })
  const parsed = new Map<string, Template[]>()
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.liquid')) continue
    parsed.set(file.slice(0, -'.liquid'.length), liquid.parse(readFileSync(folder + file, 'utf8').trimEnd()))
  }
  return (name, parameters) => {
    const template = parsed.get(name)
    if (!template) throw new Error(`no template ${name} in ${locale}`)
    return String(liquid.renderSync(template, parameters))
      .replace(/\n{3,}/g, '\n\n')
      .trim()
  }
}
