// What this device keeps, and how it talks to the server.

const framed = self !== top
/** In a frame we are somebody else than in a window, also where the browser keeps both in one place. */
const scope = (name) => `mashang.${framed ? 'frame.' : ''}${name}`
const memory = new Map()
/** False where the browser keeps nothing for us: then the words live as long as the page. */
export let keeps = true

export function load(name) {
  try {
    return localStorage.getItem(scope(name))
  } catch {
    keeps = false
    return memory.get(name) ?? null
  }
}

export function save(name, value) {
  memory.set(name, value)
  try {
    if (value === null) localStorage.removeItem(scope(name))
    else localStorage.setItem(scope(name), value)
  } catch {
    keeps = false
  }
}

/** What waits to be sent, oldest first. Read anew each time: another window of this page works on the same one. */
export const queue = () => JSON.parse(load('queue') ?? '[]')
export const enqueue = (item) => save('queue', JSON.stringify([...queue(), { id: newId(), at: Date.now(), ...item }]))
export const dequeue = (id) => save('queue', JSON.stringify(queue().filter((item) => item.id !== id)))

/** A random UUID; browsers have a word for it only under TLS. */
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID()
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5')
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Ends early when the network is back. */
export function pauseOrOnline(ms) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
    addEventListener('online', resolve, { once: true })
  })
}

/** In a frame cookies are blocked, and some people block them everywhere: then the secret lies in our own storage. */
let bearer = framed || load('secret') !== null

export function headers(more) {
  const secret = bearer ? load('secret') : null
  return { 'x-mashang': '1', ...(secret ? { authorization: `Bearer ${secret}` } : {}), ...more }
}

/** Null: no answer came. */
export async function post(path, body) {
  const control = new AbortController()
  const timer = setTimeout(() => control.abort(), 20_000)
  try {
    return await fetch(path, {
      method: 'POST',
      headers: headers({ 'content-type': 'application/json' }),
      body: JSON.stringify(body),
      signal: control.signal,
    })
  } catch {
    return null
  } finally {
    clearTimeout(timer)
  }
}

/** A secret for this device, asked for until there is an answer: `{ greeting, known, pickup }`. */
export async function beginSession(scene, onTrouble) {
  for (let tries = 0; ; tries++) {
    const response = await post('/chat/session', { keep: bearer ? 'storage' : 'cookie', scene })
    const session = response && response.ok ? await response.json().catch(() => null) : null
    if (session) {
      if (session.secret) save('secret', session.secret)
      return session
    }
    onTrouble()
    await pauseOrOnline(Math.min(30_000, 1000 * 2 ** tries))
  }
}

/** After a cookie was set and did not come back. */
export function cookiesFail() {
  bearer = true
}

/** False when the server could not be asked to drop the cookie: then it would still open the conversation. */
export async function forgetDevice() {
  const response = await post('/chat/forget', {})
  if (!response || !response.ok) return false
  for (const name of ['queue', 'draft', 'secret', 'scene']) save(name, null)
  return true
}
