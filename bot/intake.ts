import type pg from 'pg'
import type { Logger } from 'pino'
import { createBatches, MashangError } from '#base'
import { findCaseNumbers } from '#cases'
import type { ChannelRules, Inbound } from '#channels'
import { intake, isPassing } from '#store'
import type { IntakeKey, Keyring } from '#store'
import { mostProblems } from '#understanding'
import { thinkBatch } from './batch.ts'
import type { Item, Verdict } from './batch.ts'
import type { Desk } from './desk.ts'
import { takesApart } from './dialogue/choice.ts'
import { readCommand } from './dialogue/commands.ts'
import { wordsOf } from './dialogue/content.ts'
import type { EagerReader } from './read-ahead.ts'

export interface IntakeOptions {
  pool: pg.Pool
  keyring: Keyring
  /** The desk of this moment: its directory is renewed every few seconds. */
  desk: () => Desk & { reader: EagerReader }
  rules: ReadonlyMap<string, ChannelRules>
  log: Logger
  /** Called after an account was bound, so that the directory is renewed at once. */
  onBound: () => void
}

export interface Intake {
  /**
   * Stores a message with all that follows from it, then says what to answer; the same message again gets the same
   * answer. Resolves only after the commit. Throws PUSH_REPLAYED (403) for a signed request used twice, and
   * LEDGER_UNAVAILABLE (503) when it could not be stored: the platform must send it again.
   */
  receive(inbound: Inbound): Promise<{ answer: string | null; repeated: boolean }>
  /** Resolves when nothing is under way any more. */
  drained(): Promise<void>
}

const mostInBatch = 128
/** One batch is thought about here while the other is being written there. */
const secondBatchFrom = 24
const mostTries = 4
/** Only these commands need something looked up; all else is read as a command once, later. */
const bringsCode = /绑定|接续/u

/**
 * The way of a message: read → batch → look → think → write → commit → answer. Whoever waits while one batch commits
 * forms the next, so that many messages share one commit and none waits for a timer.
 */
export function createIntake({ pool, keyring, desk, rules, log, onBound }: IntakeOptions): Intake {
  const spareSerials: number[] = []
  const batches = createBatches<Item, Verdict>(writeBatch, {
    most: mostInBatch,
    secondFrom: secondBatchFrom,
    keyOf: ({ addressHash }) => addressHash.toString('latin1'),
  })

  async function writeBatch(items: Item[]): Promise<Verdict[]> {
    const keys = items.map(keyOf)
    // Taken aside first: the batch beside this one must not count on the same ones.
    const wanted = items.reduce((sum, { inbound }) => sum + mostCases(inbound), 0)
    const serials = spareSerials.splice(0, wanted)
    let reading: ReturnType<EagerReader['ahead']> | null = null
    try {
      reading = desk().reader.ahead(items.flatMap(saidBy))
      for (let attempt = 1; ; attempt++) {
        let used = 0
        try {
          let verdicts: Verdict[] = []
          let bound = false
          await intake(pool, keys, wanted - serials.length, desk().clock(), (view) => {
            serials.push(...view.serials)
            const thought = thinkBatch(items, view, {
              desk: desk(),
              keyring,
              rules,
              nextSerial: () => serials[used++]!,
              onFailure: (message, error) =>
                // The stack names our own lines; the error's message might quote the resident's.
                log.error(
                  { message, code: codeOf(error), stack: stackOf(error) },
                  'a message could not be thought about',
                ),
            })
            verdicts = thought.verdicts
            bound = thought.writes.redeemed.length + thought.writes.unbound.length > 0
            return thought.writes
          })
          if (bound) onBound()
          return verdicts
        } catch (error) {
          // Somebody else wrote first: look again, and what they wrote is seen.
          if (!isPassing(error) || attempt >= mostTries) throw error
        } finally {
          // Also after a failure: a commit whose answer was lost may have used them, and a gap harms nobody.
          serials.splice(0, used)
        }
      }
    } finally {
      reading?.done()
      spareSerials.push(...serials)
    }
  }

  function keyOf({ inbound, addressHash }: Item): IntakeKey {
    const words = wordsOf(inbound.content)
    const command = words?.spoken && bringsCode.test(words.text) ? readCommand(words.text) : null
    return {
      channel: inbound.channel,
      addressHash,
      dedupeKey: inbound.dedupeKey,
      nonce: inbound.nonce,
      numbers: words?.spoken ? findCaseNumbers(words.text.slice(0, 500)).slice(0, 5) : [],
      code: command?.do === 'bind' ? command.code : null,
      pickup: command?.do === 'pickup' ? command.code : null,
    }
  }

  return {
    async receive(inbound) {
      const item: Item = { inbound, addressHash: keyring.lookupHash(inbound.address) }
      const verdict = await batches.add(item).catch((cause: unknown) => {
        log.error(
          { code: codeOf(cause), stack: stackOf(cause) },
          'a message could not be stored; it is asked for again',
        )
        throw new MashangError('the message could not be stored', { code: 'LEDGER_UNAVAILABLE', status: 503, cause })
      })
      if (!verdict.ok) {
        throw new MashangError('this signed request was used before', { code: verdict.code, status: 403 })
      }
      return verdict
    },
    drained: () => batches.drained(),
  }
}

/** What a message says, where it is no command; what is only overheard in a room is read in another way. */
function saidBy({ inbound: { content, room } }: Item): string[] {
  const words = wordsOf(content)
  return words?.spoken && room?.heard !== 'listening' && readCommand(words.text) === null ? [words.text] : []
}

/** How many cases a message may open: one, unless it is the word to take several matters apart. */
function mostCases({ content }: Inbound): number {
  const words = wordsOf(content)
  return words?.spoken && takesApart(words.text) ? mostProblems : 1
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : error instanceof Error ? error.name : typeof error
}

/** Where it happened. The message comes first in a stack, and may hold anything, line ends too. */
function stackOf(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  const { stack = '', message } = error
  const begins = stack.indexOf(message) + message.length
  return stack
    .slice(begins)
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .slice(0, 5)
}
