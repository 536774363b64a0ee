import { MashangError, sha256 } from '#base'
import type { Door, DoorAnswer } from '../channel.ts'
import type { Inbound } from '../message.ts'
import { checkSigned } from './signature.ts'
import { heardSchema } from './wire.ts'
import type { Heard } from './wire.ts'

/** Where the gateway hands in what it heard. */
export function createDoor(secret: string): Door {
  return {
    // The gateway waits, and what it did not hear the end of it asks again.
    patienceMs: null,
    open({ method, path, headers, body }, now) {
      if (method !== 'POST' || path !== '') {
        throw new MashangError('nothing is here', { code: 'WECHATY_PATH', status: 404 })
      }
      const nonce = checkSigned(secret, 'hear', headers, body, now)
      const heard = heardSchema.safeParse(parsed(body))
      if (!heard.success) throw new MashangError('not a heard message', { code: 'WECHATY_BODY', status: 400 })
      return { do: 'hear', inbound: inboundOf(heard.data, nonce), reply: answer }
    },
  }
}

const answer = (text: string | null): DoorAnswer => ({
  status: 200,
  contentType: 'application/json; charset=utf-8',
  body: JSON.stringify({ say: text }),
})

function inboundOf({ id, account, from, saidAt, room, content }: Heard, nonce: string): Inbound {
  return {
    channel: 'wechaty',
    account,
    address: from,
    // Hashed: some puppets make message ids of contact ids.
    dedupeKey: `message:${sha256(id)}`,
    nonce,
    saidAt: new Date(saidAt),
    content,
    ...(room === null ? {} : { room }),
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}
