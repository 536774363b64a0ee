export { addWorkingDays, isWorkingDay, type Calendar } from './calendar.ts'
export {
  roles,
  stationKinds,
  type City,
  type CityAnswer,
  type EmergencyAdvice,
  type Leave,
  type OfficeHours,
  type Organisation,
  type Person,
  type Role,
  type Station,
  type StationKind,
} from './city.ts'
export { menuKeys } from './city-files.ts'
export type { Menu, MenuButton } from './city.ts'
export type { Deadlines } from './deadlines.ts'
export type { Grid } from './grids.ts'
export { loadCity } from './load-city.ts'
export { readTable, type TableRow } from './table.ts'
export {
  logLevels,
  readSettings,
  type LogLevel,
  type MediaBucketSettings,
  type OfficialAccountSettings,
  type Settings,
  type WechatySettings,
} from './settings.ts'
export type { LanguageModelSettings } from './language-model-settings.ts'
export { settingsReference, type SettingReference } from './settings-reference.ts'
export { calendarOf, createDirectory, termsOf, type Directory, type ListedPerson, type Loads } from './directory.ts'
export type { WecomRobotSettings, WecomSettings } from './wecom-settings.ts'
export { dutyGroups, type DutyGroup } from './groups.ts'
