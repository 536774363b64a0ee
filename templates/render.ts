import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Liquid } from 'liquidjs'
import { compile, NotPlain } from './compile.ts'
import type { Parameters } from './compile.ts'
import type { TemplateName } from './names.ts'

/** Fills one template in. Parameters that a template doesn't use are ignored. */
export type Say = (name: TemplateName, parameters: Parameters) => string

/**
 * Reads all templates of a locale once. LiquidJS, because staff may edit them: a template can't run code.
 * `strict` makes a parameter that is missing an error: for tests, where a resident would see a gap.
 */
export function loadTemplates(locale = 'zh-CN', { strict = false } = {}): Say {
  const folder = fileURLToPath(new URL(`./${locale}/`, import.meta.url))
  const sources = readdirSync(folder)
    .filter((file) => file.endsWith('.liquid'))
    .map((file) => [file.slice(0, -'.liquid'.length), readFileSync(folder + file, 'utf8').trimEnd()] as const)
  const renders = new Map(sources.map(([name, source]) => [name, renderer(source, { strict })]))
  return (name, parameters) => {
    const render = renders.get(name)
    if (!render) throw new Error(`no template ${name} in ${locale}`)
    return render(parameters)
  }
}

const manyLines = /\n{3,}/g

/** One template, ready to be filled in. Only LiquidJS can be strict, so strict leaves everything to it. */
function renderer(source: string, { strict = false } = {}): (parameters: Parameters) => string {
  const liquid = new Liquid({ strictVariables: strict, strictFilters: true })
  const parsed = liquid.parse(source)
  const compiled = strict ? null : compile(parsed)
  const tidy = (text: string) => (text.includes('\n\n\n') ? text.replace(manyLines, '\n\n') : text).trim()
  return (parameters) => {
    if (compiled !== null) {
      try {
        return tidy(compiled(parameters))
      } catch (error) {
        if (!(error instanceof NotPlain)) throw error
      }
    }
    return tidy(String(liquid.renderSync(parsed, parameters)))
  }
}
