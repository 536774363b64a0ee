import { createInterface } from 'node:readline'
import type { Interface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import type { Clock } from '#base'
import type { City, Person as Listed } from '#config'
import { connectSimulator } from '#simulators'
import type { Person, Shown } from '#simulators'
import { createBindingCode } from '#store'

export interface ChatOptions {
  /** The simulator's address. */
  url: string
  city: City
  pool: pg.Pool
  clock: Clock
  stopped: AbortSignal
}

const usage = `直接打字：您是群众。
@代表姓名 内容：以这位代表的身份说话，例如 @{name} 接单（重名用 @编号）。
/扫 站名或代表姓名：扫码；/图、/语音 内容、/位置 名称：发图片、语音、位置；/退出。`

/** A terminal as everybody's phones: what each would show appears as it arrives. */
export async function chat({ url, city, pool, clock, stopped }: ChatOptions): Promise<void> {
  const connection = connectSimulator(url)
  const paint = process.stdout.isTTY
    ? (code: number, text: string) => `\u001b[${code}m${text}\u001b[0m`
    : (_code: number, text: string) => text
  let terminal: Interface | null = null
  let lastShown = 0
  const show = (text: string) => {
    lastShown = performance.now()
    if (process.stdout.isTTY) process.stdout.write('\r\u001b[K')
    console.log(text)
    if (process.stdout.isTTY) terminal?.prompt(true)
  }

  const phones = new Map<string, Person>()
  const phone = (openid: string, owner: string, colour: number): Person => {
    const known = phones.get(openid)
    if (known) return known
    const person = connection.person(openid)
    phones.set(openid, person)
    person.onShow((shown: Shown) => {
      if (shown.from === 'account') show(paint(colour, `【${owner}的手机】`) + `\n${shown.text}\n`)
    })
    return person
  }
  const resident = phone('chat-resident', '群众', 36)

  const deputyPhone = async (deputy: Listed): Promise<Person> => {
    const openid = `chat-${deputy.id}`
    const isNew = !phones.has(openid)
    const person = phone(openid, `${deputy.name}代表`, 33)
    if (isNew) {
      const code = await createBindingCode(pool, deputy.id, new Date(clock().getTime() + 600_000))
      if (code !== null) await person.say(`绑定 ${code}`)
    }
    return person
  }

  const station = city.stations[0]!
  const deputies = city.people.filter(({ role }) => role === 'deputy')
  const onDuty = deputies.filter((each) => each.station === station.id)
  show(usage.replace('{name}', onDuty[0]?.name ?? deputies[0]!.name) + '\n')
  for (const deputy of onDuty) await deputyPhone(deputy)
  await resident.scan(station.scene)

  /** Deputies bind their phones when they are first named: from then on what they get shows. */
  const meet = async (answer: string | null) => {
    for (const deputy of deputies) if (answer?.includes(`${deputy.name}代表`)) await deputyPhone(deputy)
  }

  const handle = async (line: string): Promise<void> => {
    const text = line.trim()
    if (text === '') return
    if (text.startsWith('@')) {
      const [name = '', ...rest] = text.slice(1).split(/\s+/)
      const found = deputies.filter((each) => each.name === name.replace(/代表$/, '') || each.id === name)
      if (found.length === 0)
        return show(`没有叫“${name}”的代表。这个站的代表：${onDuty.map((each) => each.name).join('、')}`)
      if (found.length > 1)
        return show(`“${name}”重名，请用编号：${found.map(({ id, region }) => `@${id}（${region}）`).join(' ')}`)
      const person = await deputyPhone(found[0]!)
      if (rest.length > 0) await person.say(text.slice(1 + name.length).trim())
      return
    }
    const [verb, ...words] = text.split(/\s+/)
    const argument = words.join(' ')
    switch (verb) {
      case '/扫': {
        const scene =
          city.stations.find(({ name, id }) => name === argument || id === argument)?.scene ??
          deputies.filter(({ name, id }) => name === argument || id === argument).map(({ id }) => `d-${id}`)[0]
        if (scene === undefined)
          return show(`没有“${argument}”。代表家站：${city.stations.map(({ name }) => name).join('、')}`)
        await resident.scan(scene)
        return
      }
      case '/图':
        await meet((await resident.sendImage()).text)
        return
      case '/语音':
        await meet((await resident.sendVoice(argument)).text)
        return
      case '/位置':
        // Outside all grids of the demo: the name that was typed counts.
        await resident.sendLocation(36.6, 104.3, argument)
        return
      default:
        if (text.startsWith('/')) return show(usage.replace('{name}', onDuty[0]?.name ?? deputies[0]!.name))
        await meet((await resident.say(text)).text)
    }
  }

  // Only now: a line that comes before anybody listens is lost.
  const reader = createInterface({ input: process.stdin, output: process.stdout, prompt: '群众> ' })
  terminal = reader
  const ended = new Promise<void>((resolve) => {
    stopped.addEventListener('abort', () => resolve(), { once: true })
    reader.once('SIGINT', () => resolve())
    let last = Promise.resolve()
    reader.on('line', (line) => {
      if (line.trim() === '/退出') return resolve()
      // One line after the other, as one person would send them.
      last = last
        .then(() => handle(line))
        .catch((error: unknown) => show(`没有发出去：${error instanceof Error ? error.message : String(error)}`))
        .then(() => {
          if (process.stdout.isTTY) reader.prompt()
        })
    })
    // With a pipe instead of a keyboard: when it ends, wait until the phones have been quiet for a while.
    reader.once('close', () => {
      void last.then(async () => {
        const handled = performance.now()
        const over = () => performance.now() - Math.max(handled, lastShown) > (lastShown > handled ? 3_000 : 10_000)
        while (!over()) await pause(100)
        resolve()
      })
    })
  })
  if (process.stdout.isTTY) reader.prompt()
  await ended
  reader.close()
  connection.close()
}
