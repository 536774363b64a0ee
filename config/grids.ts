import { z } from 'zod'

const coordinate = z.tuple(
  [z.number().min(-180).max(180), z.number().min(-90).max(90)],
  'must be [longitude, latitude]',
)
const ring = z.array(coordinate).min(4, 'has fewer than four corners')
const polygon = z.array(ring).min(1)

/** What of GeoJSON (RFC 7946) a city's grids are written in. Other members, such as what a map program adds, are let be. */
export const gridsSchema = z.object({
  type: z.literal('FeatureCollection'),
  features: z
    .array(
      z.object({
        type: z.literal('Feature'),
        properties: z.object({ code: z.string('needs the code of a place of regions.csv or places.csv') }),
        geometry: z.discriminatedUnion('type', [
          z.object({ type: z.literal('Polygon'), coordinates: polygon }),
          z.object({ type: z.literal('MultiPolygon'), coordinates: z.array(polygon).min(1) }),
        ]),
      }),
    )
    .min(1),
})

type Point = readonly [longitude: number, latitude: number]

/** The area of one place. Longitude before latitude, in degrees; GCJ-02, as WeChat sends it. */
export interface Grid {
  code: string
  /** Polygons of rings: the first is the border, the others are holes. */
  polygons: Point[][][]
}

/** From what the schema let through. */
export function gridsOf({ features }: z.output<typeof gridsSchema>): Grid[] {
  return features.map(({ properties, geometry }) => ({
    code: properties.code,
    polygons: geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates,
  }))
}

/**
 * The grids around a point, the smallest first: a community's lies in its town's. A border that two grids share belongs to
 * exactly one of them.
 */
export function createGridFinder(grids: readonly Grid[]): (latitude: number, longitude: number) => string[] {
  const boxed = grids.map((grid) => ({ ...grid, box: boxOf(grid), area: areaOf(grid) })).sort((a, b) => a.area - b.area)
  return (latitude, longitude) =>
    boxed
      .filter(({ box: [west, south, east, north], polygons }) => {
        if (longitude < west || longitude > east || latitude < south || latitude > north) return false
        return polygons.some((rings) => contains(rings, [longitude, latitude]))
      })
      .map(({ code }) => code)
}

/** A ray towards the east crosses the border an odd number of times from inside; holes count by themselves. */
function contains(rings: readonly Point[][], [x, y]: Point): boolean {
  let inside = false
  for (const ring of rings) {
    for (let at = 0; at < ring.length; at++) {
      const [ax, ay] = ring[at]!
      const [bx, by] = ring[(at + 1) % ring.length]!
      // Half-open: a corner at the ray's height counts for one of its two edges.
      if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside
    }
  }
  return inside
}

function boxOf({ polygons }: Grid): [west: number, south: number, east: number, north: number] {
  let [west, south, east, north] = [180, 90, -180, -90]
  for (const [x, y] of polygons.flat(2)) {
    west = Math.min(west, x)
    south = Math.min(south, y)
    east = Math.max(east, x)
    north = Math.max(north, y)
  }
  return [west, south, east, north]
}

/** In square degrees: only for telling which is smaller. */
function areaOf({ polygons }: Grid): number {
  const ringArea = (ring: Point[]) =>
    Math.abs(
      ring.reduce((sum, [ax, ay], at) => {
        const [bx, by] = ring[(at + 1) % ring.length]!
        return sum + ax * by - bx * ay
      }, 0),
    ) / 2
  return polygons.reduce((sum, [border, ...holes]) => {
    return sum + ringArea(border!) - holes.reduce((all, hole) => all + ringArea(hole), 0)
  }, 0)
}
