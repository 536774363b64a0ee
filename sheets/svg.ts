import type { Page, Shape } from './shapes.ts'

/** A page as SVG, outlines only. */
export function toSvg({ width, height, shapes }: Page): string {
  const paths = shapes.map(({ outline, fill }) => `<path fill="${fill}" d="${dataOf(outline)}"/>`)
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}mm" height="${height}mm" viewBox="0 0 ${width} ${height}">${paths.join('')}</svg>`
}

function dataOf(outline: Shape['outline']): string {
  return outline
    .map(([kind, ...numbers]) => kind + numbers.map((number) => Number(number.toFixed(3))).join(' '))
    .join('')
}
