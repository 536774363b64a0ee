import type { Case, Notice } from '#cases'
import { hideNumbers, shorten } from './hide.ts'
import { gradeLabels } from './labels.ts'
import type { Say } from './render.ts'
import { caseView } from './view.ts'
import type { Names, Shown } from './view.ts'

/** Something to be told, in its final words, to one person. */
export interface Told {
  to: { party: 'resident'; contactId: string } | { party: 'person'; id: string }
  template: string
  text: string
}

export interface Audience extends Names {
  /** Staff who watch over a region and can be reached. */
  staffFor(region: string | null): string[]
  /** The duty groups of a station. */
  groupsAt(station: string): string[]
}

/** A push must fit one message of 2,048 bytes with all that stands around the words; emoji weigh more than 汉字. */
const mostWords = 480
const mostBytes = 3 * mostWords

/** Puts notices of one case into words. `wordsOf` gives what a message said. */
export function tellings(
  notices: readonly Notice[],
  shown: Shown,
  audience: Audience,
  wordsOf: (message: string) => string | null,
  say: Say,
  now: Date,
): Told[] {
  const after = shown.case
  const view = caseView(shown, audience, now)
  return notices.flatMap((notice) => {
    const text = say(notice.template, {
      c: view,
      words: wordsFor(notice, after, wordsOf),
      attitude: after.judgement?.attitude ? gradeLabels[after.judgement.attitude] : null,
      result: after.judgement?.result ? gradeLabels[after.judgement.result] : null,
    })
    const told = (to: Told['to']): Told => ({ to, template: notice.template, text })
    switch (notice.to.party) {
      case 'resident':
        // Who has no phone hears it from whoever reported it for them.
        return after.through === undefined
          ? [told({ party: 'resident', contactId: notice.to.id })]
          : [{ ...told({ party: 'person', id: after.through }), text: say('by-hand', { text }) }]
      case 'deputy':
        return [told({ party: 'person', id: notice.to.id })]
      case 'staff':
        return audience.staffFor(after.region).map((id) => told({ party: 'person', id }))
      case 'group':
        return after.station === null ? [] : audience.groupsAt(after.station).map((id) => told({ party: 'person', id }))
    }
  })
}

function wordsFor(notice: Notice, state: Case, wordsOf: (message: string) => string | null): string | null {
  if (notice.message === null) return null
  const words = wordsOf(notice.message) ?? ''
  const shown = notice.to.party !== 'resident' && state.anonymous ? hideNumbers(words) : words
  return shorten(shown, mostWords, mostBytes)
}
