export { startLanguageModelSimulator } from './simulator.ts'
export type { LanguageModelSimulator } from './simulator.ts'
export { badContents } from './misbehaviour.ts'
export type { LanguageModelMisbehaviour } from './misbehaviour.ts'
