import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { initWasm, Resvg } from '@resvg/resvg-wasm'
import { toSvg } from './svg.ts'
import type { Page } from './shapes.ts'

const require = createRequire(import.meta.url)
let ready: Promise<void> | null = null

/** A page as PNG; 300 dots an inch are what a print shop asks for. */
export async function toPng(page: Page, dotsPerInch = 300): Promise<Buffer> {
  // Once in a process: the library refuses a second time.
  ready ??= readFile(require.resolve('@resvg/resvg-wasm/index_bg.wasm')).then((wasm) => initWasm(wasm))
  await ready
  const width = Math.round((page.width / 25.4) * dotsPerInch)
  const drawing = new Resvg(toSvg(page), { fitTo: { mode: 'width', value: width }, background: '#ffffff' })
  const image = drawing.render()
  try {
    return Buffer.from(image.asPng())
  } finally {
    image.free()
    drawing.free()
  }
}
