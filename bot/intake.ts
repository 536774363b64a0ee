import type pg from 'pg'
import type { Logger } from 'pino'
import { MashangError, messageOf } from '#base'
import { findCaseNumbers } from '#cases'
import type { ChannelRules, Inbound } from '#channels'
import { intake, isPassing } from '#store'
import type { IntakeKey, Keyring } from '#store'
import { thinkBatch } from './batch.ts'
import type { Item, Verdict } from './batch.ts'
import type { Desk } from './desk.ts'
import { readCommand } from './dialogue/commands.ts'
import { wordsOf } from './dialogue/content.ts'

export interface IntakeOptions {
  pool: pg.Pool
  keyring: Keyring
  /** The desk of this moment: its directory is renewed every few seconds. */
  desk: () => Desk
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

interface Waiting {
  item: Item
  resolve: (verdict: Verdict) => void
  reject: (error: unknown) => void
}

const mostInBatch = 128
const mostTries = 4

/**
 * The way of a message: read → batch → look → think → write → commit → answer. Whoever waits while one batch commits
 * forms the next, so that many messages share one commit and none waits for a timer.
 */
export function createIntake({ pool, keyring, desk, rules, log, onBound }: IntakeOptions): Intake {
  let waiting: Waiting[] = []
  let running: Promise<void> | null = null
  const spareSerials: number[] = []

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, mostInBatch)
      waiting = waiting.slice(mostInBatch)
      await settle(batch)
    }
    running = null
  }

  /** Writes a batch; if it fails as a whole, its messages one by one, so that none takes the others down. */
  async function settle(batch: Waiting[]): Promise<void> {
    try {
      const verdicts = await writeBatch(batch.map(({ item }) => item))
      batch.forEach(({ resolve }, index) => resolve(verdicts[index]!))
    } catch (error) {
      if (batch.length > 1) {
        log.warn({ code: codeOf(error), messages: batch.length }, 'a batch failed; its messages are tried one by one')
        for (const one of batch) await settle([one])
        return
      }
      log.error({ code: codeOf(error), stack: stackOf(error) }, 'a message could not be stored; it is asked for again')
      batch[0]!.reject(
        new MashangError('the message could not be stored', { code: 'LEDGER_UNAVAILABLE', status: 503, cause: error }),
      )
    }
  }

  async function writeBatch(items: Item[]): Promise<Verdict[]> {
    const keys = items.map(keyOf)
    for (let attempt = 1; ; attempt++) {
      try {
        let verdicts: Verdict[] = []
        let bound = false
        await intake(pool, keys, Math.max(0, items.length - spareSerials.length), (view) => {
          spareSerials.push(...view.serials)
          const thought = thinkBatch(items, view, {
            desk: desk(),
            keyring,
            rules,
            nextSerial: () => spareSerials.shift()!,
            onFailure: (message, error) =>
              // The stack names our own lines; the error's message might quote the resident's.
              log.error({ message, code: codeOf(error), stack: stackOf(error) }, 'a message could not be thought about'),
          })
          verdicts = thought.verdicts
          bound = thought.writes.redeemed.length > 0
          return thought.writes
        })
        if (bound) onBound()
        return verdicts
      } catch (error) {
        // Somebody else wrote first: look again, and what they wrote is seen.
        if (!isPassing(error) || attempt >= mostTries) throw error
      }
    }
  }

  function keyOf({ inbound, addressHash }: Item): IntakeKey {
    const words = wordsOf(inbound.content)
    const command = words?.spoken ? readCommand(words.text) : null
    return {
      channel: inbound.channel,
      addressHash,
      dedupeKey: inbound.dedupeKey,
      nonce: inbound.nonce,
      numbers: words?.spoken ? findCaseNumbers(words.text.slice(0, 500)).slice(0, 5) : [],
      code: command?.do === 'bind' ? command.code : null,
    }
  }

  return {
    async receive(inbound) {
      const item: Item = { inbound, addressHash: keyring.lookupHash(inbound.address) }
      const verdict = await new Promise<Verdict>((resolve, reject) => {
        waiting.push({ item, resolve, reject })
        running ??= run()
      })
      if (!verdict.ok) {
        throw new MashangError('this signed request was used before', { code: verdict.code, status: 403 })
      }
      return verdict
    },
    drained: async () => {
      while (running) await running
    },
  }
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : messageOf(error).split(/[\s:]/)[0]!.slice(0, 40)
}

function stackOf(error: unknown): string[] {
  return error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at ')).slice(0, 5) : []
}
