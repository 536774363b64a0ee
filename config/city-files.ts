import { z } from 'zod'
import type { PlaceLevel } from '#understanding'
import { roles, stationKinds } from './city.ts'

/** Dangers every city must answer for; more may be added. The keys of `Reading.danger`. */
const dangers = ['gas', 'fire', 'medical', 'crime', 'self-harm', 'missing', 'electric', 'collapse', 'water'] as const

const regionLevels: readonly PlaceLevel[] = ['province', 'city', 'county', 'town']
const siteLevels: readonly PlaceLevel[] = ['community', 'estate']

const filled = z.string().min(1, 'is empty; fill it in')
/** Cells with several values part them by `;`, as a comma would end the cell. */
const list = z.string().transform((text) =>
  text
    .split(/[;；]/)
    .map((part) => part.trim())
    .filter(Boolean),
)
const orNull = z.string().transform((text) => text || null)
const id = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,23}$/, 'must be 2 to 24 small letters, digits and hyphens, such as bd-017')
const day = z.iso.date('must be a day that exists, such as 2026-10-01')
const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 08:30')

/** With its source it must fit one message. */
const mostAnswer = 300

const leave = z
  .array(z.string())
  .transform((spans) => spans.map((span) => ({ from: span.split('~')[0] ?? '', until: span.split('~')[1] ?? '' })))
  .refine(
    (spans) =>
      spans.every(({ from, until }) => day.safeParse(from).success && day.safeParse(until).success && from <= until),
    'must be first and last day away, such as 2026-12-01~2026-12-10, several parted by ;',
  )

const place = { code: z.string().regex(/^[A-Za-z0-9-]+$/, 'must be letters, digits and hyphens'), name: filled }
const inside = { parent: orNull, aliases: list }

/** Columns of every table, in the order of its header. */
export const tables = {
  'regions.csv': z.object({
    ...place,
    level: z.enum(regionLevels, `must be one of ${regionLevels.join(', ')}`),
    ...inside,
  }),
  'places.csv': z.object({
    ...place,
    level: z.enum(siteLevels, `must be one of ${siteLevels.join(', ')}`),
    ...inside,
  }),
  'stations.csv': z.object({
    id,
    name: filled,
    kind: z.enum(stationKinds, `must be one of ${stationKinds.join(', ')}`),
    region: filled,
    topics: list,
    scene: filled,
  }),
  'people.csv': z.object({
    id,
    name: filled,
    role: z.enum(roles, `must be one of ${roles.join(', ')}`),
    region: filled,
    station: orNull,
    organisation: orNull,
    topics: list,
    leave: list.pipe(leave),
  }),
  'organisations.csv': z.object({ id, name: filled, topics: list }),
  'topics.csv': z.object({ level1: filled, level2: z.string(), level3: z.string() }),
  'answers.csv': z.object({
    words: list
      .transform((groups) =>
        groups.map((group) =>
          group
            .split('/')
            .map((word) => word.trim())
            .filter(Boolean),
        ),
      )
      .refine(
        (groups) => groups.length >= 2 && groups.every((group) => group.length > 0),
        'must be at least two groups parted by ;, words for the same in one group parted by /, such as 医保/合作医疗;异地;备案',
      ),
    answer: filled.max(
      mostAnswer,
      `is longer than ${mostAnswer} characters; shorten it and name the source for the rest`,
    ),
    source: filled.max(100, 'is longer than 100 characters; shorten it'),
    until: day,
  }),
  'topic-words.csv': z.object({
    word: filled,
    topic: filled,
    weight: z
      .string()
      .transform((text) => (text === '' ? 1 : Number(text)))
      .refine((weight) => weight > 0 && weight <= 100, 'must be a number above 0; 1 is usual'),
  }),
}

export const citySchema = z.strictObject({
  name: filled,
  greetingName: filled,
  groups: z
    .strictObject({
      openingWords: z.array(filled).default(['码上']),
      rooms: z.array(z.strictObject({ topic: filled, listens: z.boolean() })).default([]),
    })
    .default({ openingWords: ['码上'], rooms: [] }),
  askBelow: z.number().min(0).max(1).default(0.6),
  officeHours: z.array(z.strictObject({ from: clock, until: clock })).min(1),
  emergency: z
    .record(
      z.string(),
      z.strictObject({ number: z.string().regex(/^\d[\d-]*$/, 'must be a telephone number'), advice: filled }),
    )
    .superRefine((known, context) => {
      for (const danger of dangers) {
        if (!known[danger])
          context.addIssue({ code: 'custom', path: [danger], message: 'is missing; add number and advice' })
      }
    }),
})

/** What the bot understands of a tap on a button of type `click`. */
export const menuKeys = ['report', 'progress', 'help'] as const

const upTo = (most: number) => (text: string) => Buffer.byteLength(text) <= most
const act = (mostName: number) => {
  const name = filled.refine(upTo(mostName), `is longer than ${mostName} bytes (a 汉字 has three); shorten it`)
  return z.discriminatedUnion('type', [
    z.strictObject({ name, type: z.literal('click'), key: z.enum(menuKeys, `must be one of ${menuKeys.join(', ')}`) }),
    z.strictObject({
      name,
      type: z.literal('view'),
      url: z
        .url({ protocol: /^https?$/, error: 'must be an address such as https://example.cn' })
        .refine(upTo(1024), 'is longer than 1024 bytes'),
    }),
    // The phone's own: what is chosen comes as a picture or a place of its own, the event before it is not answered.
    z.strictObject({
      name,
      type: z.enum(['pic_sysphoto', 'pic_photo_or_album', 'pic_weixin', 'location_select']),
      key: filled.refine(upTo(128), 'is longer than 128 bytes'),
    }),
  ])
}

/** The official account's menu, in the platform's own form. https://developers.weixin.qq.com/doc/service/api/custommenu/api_createcustommenu */
export const menuSchema = z.strictObject({
  button: z
    .array(
      z.union([
        act(16),
        z.strictObject({
          name: filled.refine(upTo(16), 'is longer than 16 bytes (a 汉字 has three); shorten it'),
          sub_button: z.array(act(60)).min(1).max(5, 'a button has at most five below it'),
        }),
      ]),
    )
    .min(1)
    .max(3, 'the platform takes at most three buttons'),
})

export const calendarSchema = z
  .strictObject({ holidays: z.array(day), workdays: z.array(day) })
  .superRefine(({ holidays, workdays }, context) => {
    for (const both of holidays.filter((holiday) => workdays.includes(holiday))) {
      context.addIssue({ code: 'custom', path: ['workdays'], message: `${both} is a holiday too; keep it in one list` })
    }
  })
