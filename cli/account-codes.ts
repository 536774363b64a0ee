import type pg from 'pg'
import { MashangError } from '#base'
import type { Clock } from '#base'
import type { OfficialAccountClient } from '#channels'
import { createDirectory } from '#config'
import type { City } from '#config'
import { drawCodeSheet, scaled, toPdf, toPng } from '#sheets'
import type { Page } from '#sheets'
import { keepQrCode } from '#store'
import { spokenDay } from '#templates'
import type { Say } from '#templates'

/** Somebody or something that has a QR code. */
export interface CodeWanted {
  /** `d-<deputy>` or `s-<station>`. */
  scene: string
  id: string
  name: string
  /** Where, and at which station. */
  lines: string[]
}

/** Whose codes are asked for. Throws ACCOUNT_CODES. */
export function codesWanted(
  city: City,
  { deputy, station, all }: { deputy?: string; station?: string; all?: boolean },
): CodeWanted[] {
  if ([deputy, station, all].filter((each) => each !== undefined).length !== 1) {
    throw new MashangError('say whose codes', { code: 'ACCOUNT_CODES', fix: 'Use --deputy ID, --station ID or --all' })
  }
  const names = createDirectory(city, [], new Date(0))
  const placeOf = (region: string) => names.place(region) ?? ''
  const stations = city.stations.filter(({ id }) => all || id === station)
  const deputies = city.people.filter(({ id, role }) => role === 'deputy' && (all || id === deputy))
  if (stations.length + deputies.length === 0) {
    throw new MashangError(`there is no ${deputy === undefined ? `station ${station}` : `deputy ${deputy}`}`, {
      code: 'ACCOUNT_CODES',
      fix: '`mashang people --role deputy` lists the deputies with their stations',
    })
  }
  return [
    ...stations.map(({ id, name, region, scene }) => ({ scene, id, name, lines: [placeOf(region)] })),
    ...deputies.map(({ id, name, region, station: at }) => {
      const lines = [placeOf(region), at === null ? '' : (names.station(at) ?? '')]
      return { scene: `d-${id}`, id, name: `${name}代表`, lines }
    }),
  ]
}

export interface SheetTools {
  pool: pg.Pool
  client: OfficialAccountClient
  appId: string
  clock: Clock
  say: Say
  /** Null: permanent. */
  days: number | null
  /** Of A4. */
  factor: number
  /** A font for names that ours can't write. */
  font: string | null
}

export type Drawn =
  | {
      last: false
      scene: string
      name: string
      url: string
      isNew: boolean
      png: Buffer
      pdf: Buffer
      missing: string[]
    }
  /** All of them in one file, when there are several. */
  | { last: true; pdf: Buffer }

/** What the platform allows in all. https://developers.weixin.qq.com/doc/service/api/qrcode/qrcodes/api_createqrcode */
const mostPermanent = 100_000
const daySeconds = 24 * 3_600

/** One sheet after the other, each drawn while the next is not yet asked for. */
export async function* drawSheets(wanted: readonly CodeWanted[], tools: SheetTools): AsyncGenerator<Drawn> {
  const { say, clock, factor, font } = tools
  const pages: Page[] = []
  for (const { scene, id, name, lines } of wanted) {
    const code = await codeFor(scene, tools)
    const until = code.expiresAt === null ? null : spokenDay(code.expiresAt.toISOString(), clock())
    // Heading, steps and foot, parted by empty lines: the words are the office's to change.
    const [heading = '', steps = '', foot = ''] = say('sheet-code', { id, until }).split('\n\n')
    const sheet = { url: code.url, heading, name, lines, steps: steps.split('\n'), foot: foot.split('\n') }
    const { page: a4, missing } = await drawCodeSheet(sheet, font)
    const page = scaled(a4, factor)
    pages.push(page)
    const { url, isNew } = code
    yield { last: false, scene, name, url, isNew, missing, png: await toPng(page), pdf: toPdf([page]) }
  }
  if (pages.length > 1) yield { last: true, pdf: toPdf(pages) }
}

/** The code that is kept, so that what hangs on walls goes on being true; a new one only where there is none. */
function codeFor(scene: string, { pool, client, appId, clock, days }: SheetTools) {
  const now = clock()
  const until = days === null ? null : new Date(now.getTime() + days * daySeconds * 1000)
  return keepQrCode(pool, appId, scene, { until, now }, async (permanentSoFar) => {
    if (days === null && permanentSoFar >= mostPermanent) {
      throw new MashangError('the platform makes no more than 100,000 permanent codes for an account', {
        code: 'ACCOUNT_CODES_USED_UP',
        fix: 'Use --temporary DAYS',
      })
    }
    const { ticket, url } = await client.createQrCode({
      scene,
      expireSeconds: days === null ? null : days * daySeconds,
    })
    return { ticket, url, expiresAt: until }
  })
}
