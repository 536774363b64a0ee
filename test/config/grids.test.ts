import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { createDirectory, loadCity } from '#config'
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

  test.each([
    ['a code of nowhere', feature('c-999', [square(104, 36, 1)]), /code c-999 is not in regions.csv or places.csv/],
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
