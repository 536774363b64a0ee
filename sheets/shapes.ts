/** One stroke of an outline, in millimetres from the upper left corner; curves have their control points first. */
export type Segment =
  | ['M' | 'L', number, number]
  | ['Q', number, number, number, number]
  | ['C', number, number, number, number, number, number]
  | ['Z']

/** A filled area. */
export interface Shape {
  outline: Segment[]
  /** `#rrggbb` */
  fill: string
}

/** One page, all of it outlines: it looks the same on every screen and printer, whatever fonts they have. */
export interface Page {
  /** Millimetres. */
  width: number
  height: number
  shapes: Shape[]
}

export function rectangle(x: number, y: number, width: number, height: number): Segment[] {
  return [['M', x, y], ['L', x + width, y], ['L', x + width, y + height], ['L', x, y + height], ['Z']]
}

/** A circle of four curves, round to a thousandth. */
export function circle(x: number, y: number, radius: number): Segment[] {
  const k = radius * 0.5523
  return [
    ['M', x + radius, y],
    ['C', x + radius, y + k, x + k, y + radius, x, y + radius],
    ['C', x - k, y + radius, x - radius, y + k, x - radius, y],
    ['C', x - radius, y - k, x - k, y - radius, x, y - radius],
    ['C', x + k, y - radius, x + radius, y - k, x + radius, y],
    ['Z'],
  ]
}

/** The same page, larger or smaller. */
export function scaled(page: Page, factor: number): Page {
  const scale = (segment: Segment): Segment => {
    const [kind, ...numbers] = segment
    return [kind, ...numbers.map((number) => number * factor)] as Segment
  }
  return {
    width: page.width * factor,
    height: page.height * factor,
    shapes: page.shapes.map(({ outline, fill }) => ({ outline: outline.map(scale), fill })),
  }
}
