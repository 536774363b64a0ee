import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { isMashangError } from '#base'
import type { Clock } from '#base'
import { maxPushBytes } from '#channels'
import type { Channel, Door, DoorAnswer, DoorRequest, Inbound } from '#channels'
import type { Intake } from './intake.ts'
import type { LateAnswers } from './late-answers.ts'
import { readAddress, readBody, readQuery, respond } from './read-request.ts'

export interface DoorsOptions {
  channels: readonly Channel[]
  intake: Intake
  lateAnswers: LateAnswers
  /** Of these nothing is stored: see `isNeighboursTalk`. */
  isTalk: (inbound: Inbound) => boolean
  clock: Clock
  log: Logger
  /** What was refused at a door, by code: counted, never logged one by one. */
  onRefused: (channel: string, code: string) => void
}

/** Answers one request to `/channels/…`. */
export type Doorkeeper = (request: IncomingMessage, response: ServerResponse) => void

const text = (status: number, body: string): DoorAnswer => ({ status, contentType: 'text/plain; charset=utf-8', body })

/**
 * The doors platforms knock on, by hand and past the framework: this is the busiest path of the house. What is genuine
 * is answered 200 once it is stored; what isn't, 4xx; and 503 when it could not be stored, so that it is sent again.
 */
export function createDoors(options: DoorsOptions): Doorkeeper {
  const { channels, intake, lateAnswers, isTalk, clock, log, onRefused } = options
  const doors = new Map<string, Door>()
  for (const { name, door } of channels) if (door) doors.set(name, door)

  return (request, response) => {
    answerTo(request, response)
      .catch((error: unknown) => {
        log.error({ error: nameOf(error), stack: linesOf(error) }, 'a door failed')
        return text(503, 'UNAVAILABLE')
      })
      .then((answer) => respond(request, response, answer))
      .catch((error: unknown) => {
        log.error({ error: nameOf(error) }, 'an answer could not be given')
        response.destroy()
      })
  }

  async function answerTo(request: IncomingMessage, response: ServerResponse): Promise<DoorAnswer> {
    const { name, path, search } = readAddress(request.url!)
    const door = doors.get(name)
    if (!door) return text(404, 'NOT_FOUND')
    const { method } = request
    if (method !== 'GET' && method !== 'POST') {
      response.setHeader('allow', 'GET, POST')
      return text(405, 'METHOD')
    }
    const came = performance.now()
    const refused = (status: number, code: string): DoorAnswer => {
      onRefused(name, code)
      return text(status, code)
    }
    const query = readQuery(search)
    if (!query) return refused(400, 'PUSH_FIELDS')
    const body = method === 'GET' ? '' : await readBody(request, maxPushBytes)
    if (body === 413) return refused(413, 'PUSH_TOO_LARGE')
    if (body === 400) return refused(400, 'PUSH_HTTP')
    try {
      const { headers, socket } = request
      const asked: DoorRequest = { method, path, query, headers, body, peer: socket.remoteAddress }
      return await hear(door, asked, came, response)
    } catch (error) {
      if (!isMashangError(error)) throw error
      return error.status < 500 ? refused(error.status, error.code) : text(503, error.code)
    }
  }

  async function hear(door: Door, request: DoorRequest, came: number, response: ServerResponse): Promise<DoorAnswer> {
    const opened = door.open(request, clock())
    if (opened.do === 'answer') return opened.answer
    const { inbound, reply } = opened
    if (isTalk(inbound)) return reply(null)
    const { answer, repeated } = await intake.receive(inbound)
    if (answer === null || door.patienceMs === null) return reply(answer)
    if (performance.now() - came > door.patienceMs) {
      await lateAnswers.tellLater(inbound, response.destroyed)
      return reply(null)
    }
    return reply(repeated && !(await lateAnswers.mayTellNow(inbound)) ? null : answer)
  }
}

function nameOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : error instanceof Error ? error.name : typeof error
}

/** Our own lines; the message might quote what somebody wrote. */
function linesOf(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  return stack
    .split('\n')
    .filter((line) => /^ {4}at .*:\d+:\d+\)?$/.test(line))
    .slice(0, 5)
}
