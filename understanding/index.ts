export {
  kinds,
  type GazetteerEntry,
  type Kind,
  type NamedPerson,
  type PlaceFound,
  type PlaceLevel,
  type Reading,
  type TopicWord,
  type Urgency,
} from './reading.ts'
export { createReader, type Reader, type ReaderOptions } from './reader.ts'
export { similarity } from './similarity.ts'
