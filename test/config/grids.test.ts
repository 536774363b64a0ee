import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { createDirectory, loadCity } from '#config'
import type { GazetteerEntry } from '#understanding'
import { createGridFinder } from '../../config/grids.ts'
import type { Grid } from '../../config/grids.ts'

const square = (west: number, south: number, size: number): [number, number][] => [
  [west, south],
  [west + size, south],
  [west + size, south + size],
  [west, south + size],
  [west, south],
]
const grid = (code: string, ...rings: [number, number][][]): Grid => ({ code, polygons: [rings] })

describe('a point', () => {
  test('lies in the smallest grid first, and in those around it', () => {
    const find = createGridFinder([grid('town', square(104, 36, 1)), grid('community', square(104.2, 36.2, 0.1))])
    expect(find(36.25, 104.25)).toEqual(['community', 'town'])
    expect(find(36.5, 104.5)).toEqual(['town'])
    expect(find(35.9, 104.5)).toEqual([])
  })

  test('lies not in a hole, but in any part of a grid of several', () => {
    const ring = grid('ring', square(104, 36, 1), square(104.4, 36.4, 0.2))
    const parts: Grid = { code: 'parts', polygons: [[square(106, 36, 1)], [square(108, 36, 1)]] }
    const find = createGridFinder([ring, parts])
    expect(find(36.5, 104.5)).toEqual([])
    expect(find(36.1, 104.1)).toEqual(['ring'])
    expect([find(36.5, 106.5), find(36.5, 107.5), find(36.5, 108.5)]).toEqual([['parts'], [], ['parts']])
  })

  test('on a shared border, and anywhere else in a chequered area, lies in exactly one', () => {
    const cells = Array.from({ length: 16 }, (_, n) =>
      grid(`${n % 4}-${Math.floor(n / 4)}`, square(n % 4, Math.floor(n / 4), 1)),
    )
    const find = createGridFinder(cells)
    fc.assert(
      fc.property(
        fc.oneof(fc.double({ min: 0, max: 3.999, noNaN: true }), fc.integer({ min: 0, max: 3 })),
        fc.oneof(fc.double({ min: 0, max: 3.999, noNaN: true }), fc.integer({ min: 0, max: 3 })),
        (x, y) => {
          expect(find(y, x)).toHaveLength(1)
        },
      ),
    )
  })

  test('of any triangle is inside when it is a mixture of its corners', () => {
    const corner = fc.tuple(fc.integer({ min: -90, max: 90 }), fc.integer({ min: -80, max: 80 }))
    fc.assert(
      fc.property(
        corner,
        corner,
        corner,
        fc.integer({ min: 1, max: 98 }),
        fc.integer({ min: 1, max: 98 }),
        (a, b, c, s, t) => {
          const [u, v] = [s / 100, (t / 100) * (1 - s / 100)]
          const w = 1 - u - v
          const area = Math.abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]))
          fc.pre(area > 1 && Math.min(u, v, w) > 0.01)
          const find = createGridFinder([grid('t', [a, b, c, a])])
          expect(find(u * a[1] + v * b[1] + w * c[1], u * a[0] + v * b[0] + w * c[0])).toEqual(['t'])
        },
      ),
    )
  })
})

/** A polygon around a middle: every ray from there crosses its border once. In degrees, well inside one zone. */
const star = fc
  .tuple(
    fc.tuple(fc.double({ min: 100, max: 110, noNaN: true }), fc.double({ min: 20, max: 50, noNaN: true })),
    fc.array(fc.double({ min: 0.1, max: 1, noNaN: true }), { minLength: 3, maxLength: 24 }),
  )
  .map(([middle, radii]) => {
    const corner = (at: number, share = 1): [number, number] => {
      const angle = (2 * Math.PI * (at % radii.length)) / radii.length
      const radius = radii[at % radii.length]! * share
      return [middle[0] + radius * Math.cos(angle), middle[1] + radius * Math.sin(angle)]
    }
    const ring = (share: number) => [...radii.map((_, at) => corner(at, share)), corner(0, share)]
    /** On the edge from corner `at` to the next, moved in or out. */
    const beside = (at: number, along: number, share: number): [number, number] => {
      const [a, b] = [corner(at), corner(at + 1)]
      const edge = [a[0] + along * (b[0] - a[0]), a[1] + along * (b[1] - a[1])] as const
      return [middle[0] + share * (edge[0] - middle[0]), middle[1] + share * (edge[1] - middle[1])]
    }
    return { middle, ring, beside, corners: radii.length, corner }
  })
const spot = fc.record({ at: fc.nat(23), along: fc.double({ min: 0, max: 1, noNaN: true }) })

describe('a point of a polygon of any shape', () => {
  test('is inside when moved in from its border, outside when moved out, and not in its hole', () => {
    fc.assert(
      fc.property(
        star,
        spot,
        fc.double({ min: 0.02, max: 0.98, noNaN: true }),
        ({ ring, beside, corners }, { at, along }, share) => {
          // Fewer than five corners may lie on one side of the middle.
          fc.pre(corners >= 5)
          const holed = createGridFinder([grid('a', ring(1), ring(0.5))])
          const whole = createGridFinder([{ code: 'a', polygons: [[ring(1)]] }])
          const find = (finder: typeof whole, [x, y]: [number, number]) => finder(y, x)
          const inner = beside(at % corners, along, share)
          expect(find(whole, inner)).toEqual(['a'])
          expect(find(whole, beside(at % corners, along, 1 / share))).toEqual([])
          if (Math.abs(share - 0.5) > 0.01) expect(find(holed, inner)).toEqual(share > 0.5 ? ['a'] : [])
        },
      ),
      { numRuns: 500 },
    )
  })

  test('cut into slices, lies in exactly one of them, on their borders too', () => {
    fc.assert(
      fc.property(
        star,
        spot,
        fc.constantFrom(0.1, 0.5, 0.9),
        ({ middle, corner, beside, corners }, { at, along }, share) => {
          fc.pre(corners >= 5)
          const slices = Array.from({ length: corners }, (_, n) =>
            grid(`${n}`, [[...middle], corner(n), corner(n + 1), [...middle]]),
          )
          const find = createGridFinder(slices)
          const [x, y] = beside(at % corners, along, share)
          expect(find(y, x)).toHaveLength(1)
          // The border itself, as exactly as it is drawn.
          const [cx, cy] = [(middle[0] + corner(at)[0]) / 2, (middle[1] + corner(at)[1]) / 2]
          expect(find(cy, cx).length).toBeLessThanOrEqual(1)
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('of the places around a point', () => {
  const place = (code: string, level: GazetteerEntry['level'], parent: string | null): GazetteerEntry => ({
    code, name: code, aliases: [], parent, level,
  }) // prettier-ignore
  const places = [
    place('town', 'town', null),
    place('west', 'community', 'town'),
    place('east', 'community', 'town'),
    place('estate', 'estate', 'west'),
    place('other', 'estate', 'west'),
    place('village', 'community', 'town'),
  ]
  const [town, west, east] = [
    grid('town', square(104, 36, 1)),
    grid('west', square(104, 36, 0.5)),
    grid('east', square(104.5, 36, 0.5)),
  ]
  const dot = (code: string, at: [number, number], metres: number | null = null): Grid => ({
    code, polygons: [], middle: { at, metres },
  }) // prettier-ignore

  test('the most specific is first, however large it is drawn', () => {
    const large = grid('estate', square(103, 35, 3))
    expect(createGridFinder([town, large, west], places)(36.25, 104.25)).toEqual(['estate', 'west', 'town'])
    expect(createGridFinder([town, large, west])(36.25, 104.25)).toEqual(['west', 'town', 'estate'])
  })

  test('one known by its middle counts within its reach, the nearest first', () => {
    const find = createGridFinder(
      [town, west, east, dot('estate', [104.25, 36.25]), dot('other', [104.256, 36.25])],
      places,
    )
    expect(find(36.25, 104.2502)[0]).toBe('estate')
    expect(find(36.25, 104.2558)[0]).toBe('other')
    // 0.01° are 1.1 km from south to north.
    expect(find(36.26, 104.25)[0]).toBe('west')
    const far = createGridFinder([town, west, dot('estate', [104.25, 36.25], 2_000)], places)
    expect(far(36.26, 104.25)[0]).toBe('estate')
    expect(createGridFinder([dot('village', [104.25, 36.25])], places)(36.256, 104.25)).toEqual(['village'])
  })

  test('one known by its middle never takes what lies in an area it is no part of', () => {
    // The estate belongs to the west; across the border is the east, however near.
    const find = createGridFinder([town, west, east, dot('estate', [104.4999, 36.25])], places)
    expect(find(36.25, 104.4998)[0]).toBe('estate')
    expect(find(36.25, 104.5001)).toEqual(['east', 'town'])
    const drawn = createGridFinder(
      [west, grid('other', square(104.25, 36.25, 0.001)), dot('estate', [104.2505, 36.2505])],
      places,
    )
    expect(drawn(36.2505, 104.2505)).toEqual(['other', 'west'])
  })

  test('distance is the same to the east as to the north, wherever the city lies', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -60, max: 60, noNaN: true }),
        fc.integer({ min: 100, max: 5_000 }),
        (latitude, metres) => {
          const degrees = metres / 111_320
          const east = degrees / Math.cos((latitude * Math.PI) / 180)
          const find = createGridFinder([dot('estate', [104, latitude], metres)], places)
          for (const [dx, dy] of [
            [east, 0],
            [-east, 0],
            [0, degrees],
            [0, -degrees],
          ] as const) {
            expect(find(latitude + 0.99 * dy, 104 + 0.99 * dx)).toEqual(['estate'])
            expect(find(latitude + 1.01 * dy, 104 + 1.01 * dx)).toEqual([])
          }
        },
      ),
    )
  })
})

describe('grids.geojson', () => {
  const folders: string[] = []
  afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })))
  function cityWith(geojson: unknown) {
    const folder = mkdtempSync(join(tmpdir(), 'mashang-city-'))
    folders.push(folder)
    cpSync(join(import.meta.dirname, '../../config/cities/baiyin-demo'), folder, { recursive: true })
    writeFileSync(join(folder, 'grids.geojson'), JSON.stringify(geojson))
    return loadCity(folder)
  }
  const feature = (code: unknown, coordinates: unknown) => ({
    type: 'FeatureCollection',
    features: [{ type: 'Feature', properties: { code }, geometry: { type: 'Polygon', coordinates } }],
  })

  test('of the demo city leads a point to its community', () => {
    const directory = createDirectory(loadCity('baiyin-demo'), [], new Date(0))
    expect(directory.placeAt(36.535, 104.165)).toBe('c-001')
    expect(directory.placeAt(36.555, 104.185)).toBe('620402001')
    expect(directory.placeAt(39.9, 116.4)).toBeNull()
  })

  test('may name estates by their middle, and stations for the place they stand in', () => {
    const at = (code: string, coordinates: [number, number], radius?: number) => ({
      type: 'Feature',
      properties: { code, ...(radius === undefined ? {} : { radius }) },
      geometry: { type: 'Point', coordinates },
    })
    const city = cityWith({
      type: 'FeatureCollection',
      features: [at('e-001', [104.1, 36.5]), at('st-02', [104.3, 36.5], 1_500)],
    })
    const { placeAt } = createDirectory(city, [], new Date(0))
    expect(placeAt(36.501, 104.1)).toBe('e-001')
    expect(placeAt(36.51, 104.3)).toBe('c-001')
    expect(placeAt(36.51, 104.1)).toBeNull()
  })

  test.each([
    [
      'a code of nowhere',
      feature('c-999', [square(104, 36, 1)]),
      /code c-999 is not in regions.csv, places.csv or stations.csv/,
    ],
    ['no code', feature(undefined, [square(104, 36, 1)]), /needs the code/],
    [
      'latitude before longitude',
      feature('c-001', [
        [
          [36, 104],
          [37, 104],
          [37, 105],
          [36, 104],
        ],
      ]),
      /grids.geojson: features.0/,
    ],
    [
      'two corners',
      feature('c-001', [
        [
          [104, 36],
          [105, 36],
          [104, 36],
        ],
      ]),
      /fewer than four/,
    ],
    [
      'a line',
      {
        type: 'FeatureCollection',
        features: [{ type: 'Feature', properties: { code: 'c-001' }, geometry: { type: 'LineString' } }],
      },
      /grids.geojson/,
    ],
    ['no features', { type: 'FeatureCollection', features: [] }, /grids.geojson/],
  ])('with %s stops the start, and says where', (_what, geojson, fault) => {
    expect(() => cityWith(geojson)).toThrow(fault)
  })
})
