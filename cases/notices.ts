import type { Case } from './case.ts'
import type { Recorded } from './evolve.ts'

/** Somebody to be told something. `template` names the words in templates/; what they say is looked up when written. */
export interface Notice {
  to:
    | { party: 'resident'; id: string }
    | { party: 'deputy'; id: string }
    | { party: 'staff' }
    /** The duty group of the case's station, where many read along: the number, nobody's words. */
    | { party: 'group' }
  template: NoticeTemplate
  /** The message whose words are passed on, if any. */
  message: string | null
}

export const noticeTemplates = [
  'deputy-new-case',
  'deputy-more-words',
  'deputy-case-moved',
  'deputy-remind-accept',
  'deputy-remind-answer',
  'deputy-remind-promise',
  'deputy-overdue',
  'deputy-sent-as-is',
  'deputy-judged',
  'deputy-reopened',
  'deputy-withdrawn',
  'resident-routed',
  'resident-moved',
  'resident-accepted',
  'resident-progress',
  'resident-answered',
  'resident-supervised',
  'resident-closed-silence',
  'group-new-case',
  'group-emergency',
  'staff-triage',
  'staff-silence',
  'staff-emergency',
  'staff-overdue',
  'staff-dissatisfied',
] as const
export type NoticeTemplate = (typeof noticeTemplates)[number]

/**
 * Who is told of what just happened to a case. `after` is the case with all of `events` applied. What a resident did
 * in their own words is answered in the same breath, so they get no notice of it.
 */
export function noticesOf(before: Case | null, events: readonly Recorded[], after: Case): Notice[] {
  const notices = events.flatMap((recorded) => noticesOfOne(before, recorded, after))
  return after.erased ? notices.filter(({ to }) => to.party !== 'resident') : notices
}

function noticesOfOne(before: Case | null, { event, actor }: Recorded, after: Case): Notice[] {
  const resident = (template: NoticeTemplate, message: string | null = null): Notice => ({
    to: { party: 'resident', id: after.resident },
    template,
    message,
  })
  const staff = (template: NoticeTemplate, message: string | null = null): Notice => ({
    to: { party: 'staff' },
    template,
    message,
  })
  /** To a deputy, unless the case complains of them. */
  const deputy = (id: string | null, template: NoticeTemplate, message: string | null = null): Notice[] =>
    id === null || after.accused.includes(id) ? [] : [{ to: { party: 'deputy', id }, template, message }]

  /** Deputies of the station read along: nothing that complains of anybody goes there. */
  const group = (template: NoticeTemplate): Notice[] =>
    after.station === null || after.accused.length > 0 ? [] : [{ to: { party: 'group' }, template, message: null }]

  switch (event.type) {
    case 'opened':
      if (event.urgency !== 'emergency') return []
      return [staff('staff-emergency', event.words.message), ...group('group-emergency')]
    case 'supplemented':
      return deputy(after.deputy, 'deputy-more-words', event.words.message)
    case 'routed': {
      const notices: Notice[] = []
      if (event.cause === 'silence' || event.cause === 'staff' || event.cause === 'classified') {
        if (before?.deputy !== event.deputy) notices.push(...deputy(before?.deputy ?? null, 'deputy-case-moved'))
      }
      if (event.deputy === null) notices.push(staff('staff-triage', after.words[0] ?? null))
      else notices.push(...deputy(event.deputy, 'deputy-new-case', after.words[0] ?? null))
      const isCalled = before === null && after.urgency === 'emergency'
      if (event.deputy !== null && !isCalled && before?.station !== after.station)
        notices.push(...group('group-new-case'))
      if (event.cause === 'silence') notices.push(staff('staff-silence'))
      // The receipt already names whoever an opening or the resident's own words chose.
      if (event.cause === 'staff') notices.push(resident(event.deputy === null ? 'resident-moved' : 'resident-routed'))
      if (event.cause === 'declined' || event.cause === 'silence') notices.push(resident('resident-moved'))
      return notices
    }
    case 'accepted':
      return [resident('resident-accepted')]
    case 'progressed':
      return [resident('resident-progress', event.words.message)]
    case 'answered':
      // The clock sends only what its deputy did not complete.
      return [
        resident('resident-answered', event.words.message),
        ...(actor.party === 'system' ? deputy(after.deputy, 'deputy-sent-as-is') : []),
      ]
    case 'evaluated': {
      if (event.result === null) return []
      const notices = deputy(after.deputy, 'deputy-judged')
      return event.result === 1 || event.attitude === 1 ? [...notices, staff('staff-dissatisfied')] : notices
    }
    case 'reopened':
      return deputy(after.deputy, 'deputy-reopened')
    case 'reminded':
      if (event.action === 'accept') return deputy(after.deputy, 'deputy-remind-accept')
      if (event.action === 'answer') return deputy(after.deputy, 'deputy-remind-answer')
      if (event.action === 'keep') return deputy(after.deputy, 'deputy-remind-promise')
      return event.action === 'assign' ? [staff('staff-triage', after.words[0] ?? null)] : []
    case 'supervised':
      return [
        staff('staff-overdue'),
        ...deputy(after.deputy, 'deputy-overdue'),
        // Once is honest, every further level would only be noise on their phone.
        ...(event.level === 1 ? [resident('resident-supervised')] : []),
      ]
    case 'withdrawn':
      return deputy(after.deputy, 'deputy-withdrawn')
    case 'closed':
      return event.reason === 'silence' ? [resident('resident-closed-silence')] : []
    case 'queried':
    case 'released':
    case 'classified':
    case 'declined':
    case 'promised':
    case 'corrected':
    case 'erased':
      return []
  }
}
