import type { GazetteerEntry, TopicWord } from '#understanding'
import type { Calendar } from './calendar.ts'
import type { Deadlines } from './deadlines.ts'
import type { Grid } from './grids.ts'

/** Everything that differs from one city to the next, read from its folder and checked. */
export interface City {
  /** The folder's name. */
  id: string
  name: string
  /** What the bot calls itself to residents. */
  greetingName: string
  officeHours: OfficeHours[]
  /** Official regions, communities and estates together. */
  regions: GazetteerEntry[]
  stations: Station[]
  people: Person[]
  organisations: Organisation[]
  /** Every path of the topic list: `一级`, `一级/二级` and `一级/二级/三级`; a parent before its children. */
  topics: string[]
  topicWords: TopicWord[]
  /** By danger, the keys of `Reading.danger`. */
  emergency: Record<string, EmergencyAdvice>
  /** What the city itself says to questions that are often asked. */
  answers: CityAnswer[]
  /** 0..1: a resident is asked what a matter is about where the reader is less sure than this. */
  askBelow: number
  /** Group chats; read by the wechaty channel. */
  groups: Groups
  deadlines: Deadlines
  /** Areas on the map, for locations that residents send; empty: they are known by their address only. */
  grids: Grid[]
  /** The official account's menu; null: it is left as it is. */
  menu: Menu | null
  calendar: Calendar
}

interface Groups {
  /** A line that opens with one of them, parted from the rest, is said to the bot. */
  openingWords: string[]
  /** Groups with a setting of their own, by their name. `listens`: all talk is read, and what is a matter is taken in. */
  rooms: { topic: string; listens: boolean }[]
}

/** As the platform takes it. */
export interface Menu {
  button: MenuButton[]
}

export interface MenuButton {
  name: string
  type?: string
  key?: string
  url?: string
  sub_button?: MenuButton[]
}

/** `HH:MM`, Asia/Shanghai, on working days. */
export interface OfficeHours {
  from: string
  until: string
}

export interface EmergencyAdvice {
  /** What to ring, such as `119`. */
  number: string
  /** One or two sentences to the resident, in Chinese. */
  advice: string
}

/** An answer that may be quoted, with where it stands. */
export interface CityAnswer {
  /** A question is meant for it if it holds one word of each group. */
  words: string[][]
  answer: string
  source: string
  /** `YYYY-MM-DD`, Asia/Shanghai: the last day on which it is quoted. */
  until: string
}

export const stationKinds = ['fixed', 'thematic', 'mobile'] as const
export type StationKind = (typeof stationKinds)[number]

/** A place with deputies on duty. */
export interface Station {
  id: string
  name: string
  kind: StationKind
  /** Code of the town or community it stands in. */
  region: string
  /** What a thematic station is for; empty for the others. */
  topics: string[]
  /** Parameter of its QR code: `s-<id>`. A deputy's is `d-<id>`. */
  scene: string
}

export const roles = ['deputy', 'staff', 'handler', 'grid_worker'] as const
export type Role = (typeof roles)[number]

export interface Person {
  /** Short ASCII, such as `bd-017`; never given to another person later. */
  id: string
  name: string
  role: Role
  /** Code of the place they answer for, at any level. */
  region: string
  /** Id; every deputy has one. */
  station: string | null
  /** Id; every handler has one. */
  organisation: string | null
  /** Topic paths, at any level; empty: no field of their own. */
  topics: string[]
  leave: Leave[]
}

/** Days away, both ends included: `YYYY-MM-DD`, Asia/Shanghai. */
export interface Leave {
  from: string
  until: string
}

export interface Organisation {
  id: string
  name: string
  /** Topic paths it handles. */
  topics: string[]
}
