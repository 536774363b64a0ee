// The page: words are kept on the device until the ledger has them; what comes back is read along from the ledger.
import * as device from './device.js'
import { bubble, clear, remove, say, settled, showSpoken, words } from './log.js'

const { load, save, queue, pause, pauseOrOnline } = device
const find = (id) => document.getElementById(id)
const field = find('text')
const asked = new URLSearchParams(location.search)
/** The link's deputy or station, as on a QR code. */
const scene = asked.get('d') ? `d-${asked.get('d')}` : asked.get('s') ? `s-${asked.get('s')}` : null
const isNewScene = () => scene !== null && load('scene') !== scene

const session = () => device.beginSession(scene, () => say(words.offline))

function showWaiting(state) {
  for (const { id, text } of queue()) if (text) bubble(id, { mine: true, text, at: Infinity, state })
}

// —— Sending: one after the other, each under the same id until it is through ——

let sending = false

async function flush() {
  if (sending) return
  sending = true
  try {
    for (let tries = 0, strangers = 0, item; (item = queue()[0]);) {
      const { id, text, scene: scanned, at } = item
      if (text) bubble(id, { mine: true, text, at: Infinity, state: words.sending })
      const response = await device.post('/channels/web', { id, text, scene: scanned, age: Date.now() - at })
      const code = response ? response.status : 0
      if (code === 200) {
        const { answer, at: heard } = await response.json().catch(() => ({ answer: null }))
        device.dequeue(id)
        tries = strangers = 0
        if (scanned) save('scene', scanned)
        showSpoken({ id, way: 'said', type: scanned ? 'scan' : 'text', at: heard ?? Date.now(), text, answer })
        say('')
        listen()
        offer()
      } else if (code === 401) {
        if (strangers++ > 0) device.cookiesFail()
        await pause(strangers > 2 ? 10_000 : 0)
        await session()
      } else if (code === 429) {
        const seconds = Number(response.headers.get('retry-after')) || 5
        showWaiting(words.slower.replace('{n}', seconds))
        await pause(seconds * 1000)
      } else if (code >= 400 && code < 500) {
        device.dequeue(id)
        remove(id)
        if (text) putBack(text)
        say(words.refused)
      } else {
        showWaiting(words.waiting)
        say(words.offline)
        await pauseOrOnline(Math.min(30_000, 1000 * 2 ** tries++))
      }
    }
  } finally {
    sending = false
  }
}

function putBack(text) {
  field.value = field.value ? `${text}\n${field.value}` : text
  save('draft', field.value)
}

function submit() {
  const text = field.value.trim()
  field.focus()
  if (text === '') return
  // The link's deputy or station first, once: what follows is then for them.
  if (isNewScene() && !queue().some((item) => item.scene === scene)) device.enqueue({ scene })
  device.enqueue({ text })
  field.value = ''
  save('draft', null)
  showWaiting(words.sending)
  void flush()
}

// —— Reading along: server-sent events, by hand, for EventSource can't bring a secret ——

const silenceMs = 50_000
let reading = null
let position = null

function listen() {
  if (reading) return
  reading = new AbortController()
  void readOn(reading.signal)
}

async function readOn(ended) {
  for (let tries = 0; !ended.aborted; tries++) {
    const once = new AbortController()
    const stop = () => once.abort()
    ended.addEventListener('abort', stop, { once: true })
    // The server breathes every 20 s; a line that is dead without a word is given up.
    let watch = setTimeout(stop, silenceMs)
    let status = 0
    try {
      const more = position ? { 'last-event-id': position } : {}
      const response = await fetch('/chat/events', { headers: device.headers(more), signal: once.signal })
      status = response.status
      if (status === 401) await session()
      if (response.ok) {
        if (tries > 0) say(words.online)
        tries = 0
        const take = reader()
        for (const stream = response.body.getReader(); ;) {
          const { done, value } = await stream.read()
          clearTimeout(watch)
          if (done || ended.aborted) break
          watch = setTimeout(stop, silenceMs)
          take(value)
        }
      }
    } catch {
      // Cut off: begun again below, from where it ended.
    }
    clearTimeout(watch)
    if (ended.aborted) return
    say(status === 429 ? words.crowded : words.offline)
    await pauseOrOnline(status === 429 ? 30_000 : Math.min(20_000, 500 * 2 ** tries))
  }
}

/** Puts the bytes of one stream together again to events. */
function reader() {
  const decoder = new TextDecoder()
  let rest = ''
  return (bytes) => {
    const blocks = (rest + decoder.decode(bytes, { stream: true })).split('\n\n')
    rest = blocks.pop()
    blocks.forEach(hear)
  }
}

function hear(block) {
  const parts = block.split('\n').map((line) => [line.split(': ', 1)[0], line.slice(line.indexOf(': ') + 2)])
  const { id, data } = Object.fromEntries(parts)
  if (!data) return
  position = id
  JSON.parse(data).forEach(showSpoken)
  settled()
}

// —— Panels and switches ——

function panel(name, onOpen = () => {}) {
  const [button, section] = [find(name), find(`${name}-panel`)]
  const show = (open) => {
    section.hidden = !open
    button.setAttribute('aria-expanded', String(open))
    if (open) onOpen()
    if (open) section.querySelector('h2').focus()
    else button.focus()
  }
  button.addEventListener('click', () => show(section.hidden))
  section.querySelector('.close').addEventListener('click', () => show(false))
  section.addEventListener('keydown', ({ key }) => key === 'Escape' && show(false))
}

let canPickUp = false

/** What makes sense only after something was said. */
function offer() {
  find('pickup').hidden = !canPickUp
  find('forget').hidden = false
}

async function showCode() {
  const steps = find('pickup-steps')
  steps.textContent = ''
  const response = await device.post('/chat/pickup', {})
  const { code } = response && response.ok ? await response.json() : {}
  if (!code) {
    steps.textContent = words.noCode
    return
  }
  const large = document.createElement('strong')
  large.className = 'code'
  large.textContent = code
  steps.append(words.code, large, words.how.replace('{code}', code))
}

async function forget() {
  if (!(await device.forgetDevice())) return say(words.offline)
  reading?.abort()
  reading = position = null
  field.value = ''
  clear()
  find('forget').click()
  find('forget').hidden = find('pickup').hidden = true
  field.focus()
  await begin()
  say(words.forgotten)
}

function larger(on) {
  document.documentElement.classList.toggle('larger', on)
  find('larger').setAttribute('aria-pressed', String(on))
  save('larger', on ? '1' : null)
}

// —— Beginning ——

find('form').addEventListener('submit', (event) => {
  event.preventDefault()
  submit()
})
field.addEventListener('keydown', (event) => {
  // Enter also chooses a word while Chinese is typed; 229 is how old browsers say so.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return
  if (matchMedia('(pointer: coarse)').matches) return
  event.preventDefault()
  submit()
})
field.addEventListener('input', () => save('draft', field.value || null))
find('larger').addEventListener('click', () => larger(find('larger').getAttribute('aria-pressed') !== 'true'))
find('forget-now').addEventListener('click', () => void forget())
panel('pickup', () => void showCode())
panel('forget')
addEventListener('online', () => void flush())

async function begin() {
  showWaiting(words.waiting)
  const { greeting, known, pickup } = await session()
  say(device.keeps ? '' : words.blocked)
  canPickUp = pickup
  if (!known || isNewScene()) bubble('greeting', { mine: false, text: greeting, at: known ? Date.now() : 0 })
  if (known) {
    offer()
    listen()
  } else settled()
  void flush()
}

larger(load('larger') === '1')
field.value = load('draft') ?? ''
void begin()
