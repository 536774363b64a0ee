export {
  kinds,
  type GazetteerEntry,
  type Kind,
  type NamedPerson,
  type PlaceFound,
  type PlaceLevel,
  type Reading,
  type TopicGuess,
  type TopicWord,
  type Urgency,
} from './reading.ts'
export { createLook, createReader, type Look, type Reader, type ReaderOptions, type ReadOptions } from './reader.ts'
export { measure, type ClassFigures, type Figures, type Judged } from './measure.ts'
export { Model, type ModelHeader } from './model/model.ts'
export { tuneModel, type TuneOptions } from './model/tune.ts'
export { trainModel, type Trained, type TrainOptions } from './model/train.ts'
export { growCorpus, type Example } from './corpus/grow.ts'
export { similarity } from './similarity.ts'
export { judgeAnswer, type AnswerQuality } from './answer.ts'
export { mostProblems, separateProblems, type Problem } from './problems.ts'
export { createRedact } from './redact.ts'
export { hotIssues, type HotIssue, type IssueCase } from './hot-issues.ts'
export { TwinIndex, type Twin, type TwinCase, type TwinReason } from './twins.ts'
