export { act, type Done, type Held } from './act.ts'
export { heldWords, isOpen, wakeAt, type Case, type Due, type HeldAnswer, type Status } from './case.ts'
export { chainStart, findBreak, type Chained, type Linked } from './chain.ts'
export type { Circumstances, Command, Refusal } from './command.ts'
export { decide, type Decision, type Rules } from './decide.ts'
export {
  outcomes,
  type Actor,
  type CaseEvent,
  type DueAction,
  type ErasedWords,
  type Grade,
  type Outcome,
  type Words,
} from './event.ts'
export { evolve, replay, type Recorded } from './evolve.ts'
export { noticesOf, noticeTemplates, type Notice, type NoticeTemplate } from './notices.ts'
export { caseNumber, findCaseNumbers, parseCaseNumber } from './number.ts'
export { leadsElsewhere, routeByCorrection, routeByGuesses, routeByTopic } from './reroute.ts'
export { route, type Roster, type RosterDeputy, type RosterStation, type Routing, type RoutingFacts } from './route.ts'
export type { Calendar, Term, Terms } from './terms.ts'
