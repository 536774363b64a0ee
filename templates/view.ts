import type { Case } from '#cases'
import { spokenDay, spokenTime } from './dates.ts'
import { kindLabels, outcomeLabels, stageOf, topicLabel } from './labels.ts'

/** Names of what a case holds only ids of. Null for what is not, or no longer, known. */
export interface Names {
  person(id: string): string | null
  station(id: string): string | null
  /** With the regions around it as far as they help: `白银区人民路街道向阳社区`. */
  place(code: string): string | null
}

/** A case, and what its resident called the place: their words, which the timeline doesn't hold. */
export interface Shown {
  case: Case
  placeText: string | null
}

/** A case as templates see it: words only, ready to be shown. */
export function caseView({ case: state, placeText }: Shown, names: Names, now: Date) {
  const deputy = state.deputy === null ? null : names.person(state.deputy)
  return {
    number: state.number,
    by_hand: state.through !== undefined,
    kind: kindLabels[state.kind] ?? '诉求',
    topic:
      state.topic === null || state.guesses === undefined
        ? topicLabel(state.topic)
        : state.guesses.map(topicLabel).join(' 或 '),
    place: placeOf(state, placeText, names),
    urgent: state.urgency === 'emergency' ? '危急' : state.urgency === 'urgent' ? '紧急' : null,
    deputy: deputy === null ? null : `${deputy}代表`,
    station: state.station === null ? null : names.station(state.station),
    who: state.anonymous ? '群众（匿名）' : '群众',
    opened: spokenDay(state.openedAt, now),
    answer_by: spokenTime(state.answerBy, now),
    act_by: state.due === null ? null : spokenTime(state.due.at, now),
    keep_by: state.promise === null ? null : spokenDay(state.promise.keepBy, now),
    outcome: state.answer === null ? null : outcomeLabels[state.answer.outcome],
    stage: stageOf(state),
    supervision: state.supervision,
  }
}

/** `白银区公园路街道向阳社区`, with the resident's own words for it where they say more. */
function placeOf({ place, region }: Case, text: string | null, names: Names): string | null {
  const code = place ?? region
  const known = code === null ? null : names.place(code)
  if (text === null || known === null) return text ?? known
  if (known.includes(text)) return known
  return text.startsWith(known) ? text : `${known}（${text}）`
}
