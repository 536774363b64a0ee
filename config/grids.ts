import { z } from 'zod'
import type { GazetteerEntry, PlaceLevel } from '#understanding'

const coordinate = z.tuple(
  [z.number().min(-180).max(180), z.number().min(-90).max(90)],
  'must be [longitude, latitude]',
)
const ring = z.array(coordinate).min(4, 'has fewer than four corners')
const polygon = z.array(ring).min(1)

/** What of GeoJSON (RFC 7946) a city's places are drawn in. Other members, such as what a map program adds, are let be. */
export const gridsSchema = z.object({
  type: z.literal('FeatureCollection'),
  features: z
    .array(
      z.object({
        type: z.literal('Feature'),
        properties: z.object({
          code: z.string('needs the code of a place of regions.csv or places.csv, or the id of a station'),
          radius: z.number().min(10).max(20_000, 'is a radius in metres, at most 20000').optional(),
        }),
        geometry: z.discriminatedUnion('type', [
          z.object({ type: z.literal('Polygon'), coordinates: polygon }),
          z.object({ type: z.literal('MultiPolygon'), coordinates: z.array(polygon).min(1) }),
          z.object({ type: z.literal('Point'), coordinates: coordinate }),
        ]),
      }),
    )
    .min(1),
})

type Point = readonly [longitude: number, latitude: number]

/** Where a place is on the map. Longitude before latitude, in degrees; GCJ-02, as WeChat sends it. */
export interface Grid {
  code: string
  /** Polygons of rings: the first is the border, the others are holes. Empty for a place known by its middle alone. */
  polygons: Point[][][]
  middle?: { at: Point; metres: number | null }
}

/** From what the schema let through. `codeOf`: the place that a code or a station's id stands for. */
export function gridsOf({ features }: z.output<typeof gridsSchema>, codeOf: (id: string) => string): Grid[] {
  return features.map(({ properties, geometry }) => {
    const code = codeOf(properties.code)
    if (geometry.type === 'Point') {
      return { code, polygons: [], middle: { at: geometry.coordinates, metres: properties.radius ?? null } }
    }
    return { code, polygons: geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates }
  })
}

/** From broad to narrow. */
const levels: readonly PlaceLevel[] = ['province', 'city', 'county', 'town', 'community', 'estate']

/** How far a place reaches that is known by its middle alone, in metres. */
const reach: Partial<Record<PlaceLevel, number>> = { estate: 300, community: 800, town: 3_000 }
const otherReach = 500

/**
 * The places around a point, the most specific first: an estate, then its community, then its town; of one level the
 * smaller area. A border that two areas share belongs to exactly one of them. A place known by its middle alone counts
 * for what lies near it, unless an area around the point says that it is elsewhere.
 */
export function createGridFinder(
  grids: readonly Grid[],
  places: readonly GazetteerEntry[] = [],
): (latitude: number, longitude: number) => string[] {
  const known = new Map(places.map((place) => [place.code, place]))
  const depth = (code: string) => levels.indexOf(known.get(code)?.level ?? 'province')
  const areas = grids
    .filter(({ polygons }) => polygons.length > 0)
    .map((grid) => ({ ...grid, box: boxOf(grid), area: areaOf(grid) }))
    .sort((a, b) => depth(b.code) - depth(a.code) || a.area - b.area)
  const middles = grids.flatMap(({ code, middle }) => {
    const level = known.get(code)?.level
    return middle ? [{ code, at: middle.at, metres: middle.metres ?? (level && reach[level]) ?? otherReach }] : []
  })

  return (latitude, longitude) => {
    const around = areas
      .filter(({ box: [west, south, east, north], polygons }) => {
        if (longitude < west || longitude > east || latitude < south || latitude > north) return false
        return polygons.some((rings) => contains(rings, [longitude, latitude]))
      })
      .map(({ code }) => code)
    const near = middles
      .map(({ code, at, metres }) => ({ code, metres, away: metresBetween(at, [longitude, latitude]) }))
      .filter(({ metres, away }) => away <= metres)
      .sort((a, b) => depth(b.code) - depth(a.code) || a.away - b.away)
      .find(({ code }) => around.every((area) => area !== code && liesIn(code, area)))
    return near ? [near.code, ...around] : around
  }

  function liesIn(code: string, area: string): boolean {
    const seen = new Set<string>()
    for (let at = known.get(code); at && !seen.has(at.code); at = known.get(at.parent ?? '')) {
      if (at.code === area) return true
      seen.add(at.code)
    }
    return false
  }
}

/** On the scale of a city the earth is flat enough. */
function metresBetween([ax, ay]: Point, [bx, by]: Point): number {
  const metresPerDegree = 111_320
  const east = (bx - ax) * Math.cos((((ay + by) / 2) * Math.PI) / 180)
  return Math.hypot(east, by - ay) * metresPerDegree
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
