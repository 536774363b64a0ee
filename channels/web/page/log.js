// The conversation as it is shown: only as text, never as markup.

const find = (id) => document.getElementById(id)
const log = find('log')
const status = find('status')
export const words = JSON.parse(find('words').textContent)

const clock = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  month: 'numeric',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

/** One line of how things stand; said by a screen reader when it changes. */
export function say(text) {
  if (status.textContent !== text) status.textContent = text
}

function piece(kind, text) {
  const element = document.createElement('p')
  element.className = kind
  element.textContent = text
  return element
}

/** Shows or renews one bubble; `at` in ms since 1970, Infinity while it waits, 0 for what stands before all. */
export function bubble(id, { mine, text, at, state = '' }) {
  const old = find(id)
  const item = old ?? document.createElement('div')
  const newest = log.lastElementChild
  // Who has scrolled back to read is left there.
  const follows = !newest || newest.offsetTop < log.scrollTop + log.clientHeight
  const who = `${mine ? words.mine : words.ours}${at > 0 && at < Infinity ? ` ${clock.format(at)}` : ''}`
  if (!old) {
    item.id = id
    item.append(piece('who', who), piece('words', text), piece('state', state))
  }
  const [above, , below] = item.children
  above.textContent = who
  below.textContent = state
  below.hidden = state === ''
  item.className = `${mine ? 'mine' : 'ours'}${at === Infinity ? ' waiting' : ''}`
  item.dataset.at = at
  put(item, at)
  // The end, but of what is longer than the screen the beginning: there stands the number.
  if (!old && (follows || mine)) log.scrollTop = Math.min(log.scrollHeight - log.clientHeight, item.offsetTop - 8)
}

/** By time; moved only where the order asks for it, since what is moved is read aloud again. */
function put(item, at) {
  let after = log.lastElementChild
  while (after && (after === item || Number(after.dataset.at) > at)) after = after.previousElementSibling
  const next = after ? after.nextElementSibling : log.firstElementChild
  if (next !== item || !item.isConnected) log.insertBefore(item, next)
}

/** Something out of the ledger: `{ id, way, at, type, text, answer }`. */
export function showSpoken({ id, way, at, type, text, answer }) {
  const mine = way === 'said'
  const scanned = type === 'scan'
  if (scanned) remove('greeting')
  else bubble(id, { mine, at, text: text ?? words.gone, state: mine ? words.sent : '' })
  // Just behind what it answers.
  if (answer) bubble(`${id}-answer`, { mine: false, at: at + 0.5, text: answer })
}

export const remove = (id) => find(id)?.remove()
/** While much comes at once nothing is read aloud. */
export const settled = () => log.setAttribute('aria-busy', 'false')

export function clear() {
  log.textContent = ''
  log.setAttribute('aria-busy', 'true')
}
