import { MashangError } from '#base'
import { newOpenid } from './person.ts'
import type { Act } from './control.ts'
import type { Misbehaviour } from './misbehaviour.ts'
import type { Person } from './person.ts'
import type { Shown } from './phone.ts'
import type { PushResult } from './pusher.ts'

/** A simulator that runs in another process. */
export interface SimulatorConnection {
  /** As the simulator's own; `phone` fills from a stream, so it may be a moment behind. */
  person: (openid?: string) => Person
  misbehave: (wrong: Misbehaviour) => Promise<void>
  behave: () => Promise<void>
  setWebhook: (url: string) => Promise<void>
  /** Ends all streams. */
  close: () => void
}

/** Phones for a simulator at `url`; `watch: false` for crowds whose screens nobody looks at. Calls throw SIMULATOR_UNREACHABLE when nothing answers there. */
export function connectSimulator(url: string, { watch: watched = true } = {}): SimulatorConnection {
  const base = url.replace(/\/$/, '')
  const closing = new AbortController()
  const people = new Map<string, Person>()
  const control = async (asked: unknown) => {
    await post(`${base}/_control`, asked, closing.signal)
  }
  return {
    person(openid = newOpenid()) {
      const person = people.get(openid) ?? remotePerson(base, openid, closing.signal, watched)
      people.set(openid, person)
      return person
    },
    misbehave: control,
    behave: () => control({ behave: true }),
    setWebhook: (webhookUrl) => control({ webhookUrl }),
    close: () => closing.abort(),
  }
}

function remotePerson(base: string, openid: string, signal: AbortSignal, watched: boolean): Person {
  const home = `${base}/_phones/${encodeURIComponent(openid)}`
  const phone: Shown[] = []
  const listeners = new Set<(shown: Shown) => void>()
  const act = (name: string, asked: Act) => post<PushResult>(`${home}/${name}`, asked, signal)
  if (watched) {
    watch(`${home}/events`, signal, (shown) => {
      phone.push(shown)
      for (const listener of listeners) listener(shown)
    }).catch(() => {
      // The stream ends with the simulator or by `close`; whoever acts next is told by the act itself.
    })
  }
  return {
    openid,
    phone,
    onShow(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    follow: (scene, options) => act('follow', { ...(scene === undefined ? {} : { scene }), ...chosen(options) }),
    scan: (scene, options) => act('scan', { scene, ...chosen(options) }),
    unfollow: (options) => act('unfollow', chosen(options)),
    say: (text, options) => act('say', { text, ...chosen(options) }),
    click: (key, options) => act('click', { key, ...chosen(options) }),
    sendImage: (options) => act('image', chosen(options)),
    sendVoice: (recognition, options) => act('voice', { recognition, ...chosen(options) }),
    sendVideo: (options) => act('video', chosen(options)),
    sendLocation: (latitude, longitude, label, options) =>
      act('location', { latitude, longitude, label, ...chosen(options) }),
    sendLink: (link, options) => act('link', { ...(link === undefined ? {} : { link }), ...chosen(options) }),
    sendRaw: (fields, options) => act('raw', { fields, ...chosen(options) }),
  }
}

function chosen(options: Act['options'] | undefined): Pick<Act, 'options'> {
  return options === undefined ? {} : { options }
}

async function post<Result>(url: string, body: unknown, signal: AbortSignal): Promise<Result> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  }).catch((cause: unknown) => {
    throw new MashangError(`No simulator answers at ${new URL(url).origin}`, {
      code: 'SIMULATOR_UNREACHABLE',
      cause,
      fix: 'Run `mashang start` with the simulator first',
    })
  })
  const answer = (await response.json()) as Result & { error?: string }
  if (!response.ok) throw new MashangError(answer.error ?? `HTTP ${response.status}`, { code: 'SIMULATOR_REFUSED' })
  return answer
}

/** Reads server-sent events, one JSON value each. */
async function watch(url: string, signal: AbortSignal, onEvent: (shown: Shown) => void): Promise<void> {
  const response = await fetch(url, { signal })
  let buffered = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const events = (buffered + chunk).split('\n\n')
    buffered = events.pop()!
    for (const event of events) {
      if (!event.startsWith('data: ')) continue
      const shown = JSON.parse(event.slice('data: '.length)) as Shown
      onEvent({ ...shown, at: new Date(shown.at) })
    }
  }
}
