import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { conformance } from './conformance.ts'
import type { Adapter } from './conformance.ts'
import { officialAccountAdapter } from './official-account/adapter.ts'
import { postboxAdapter } from './throw-away/adapter.ts'
import { wechatyAdapter } from './wechaty/adapter.ts'
import { webAdapter } from './web/adapter.ts'
import { wecomAdapter } from './wecom/adapter.ts'

/** Every channel, by its name; a new one adds its line. */
const adapters: Record<string, Adapter> = {
  'official-account': officialAccountAdapter,
  postbox: postboxAdapter,
  wechaty: wechatyAdapter,
  web: webAdapter,
  wecom: wecomAdapter,
}

for (const [name, adapter] of Object.entries(adapters)) conformance(name, adapter)

test('no channel is left out', () => {
  const folder = join(import.meta.dirname, '..', '..', 'channels')
  const channels = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'channel.ts')))
  expect(channels).toContain('official-account')
  expect(Object.keys(adapters)).toEqual(expect.arrayContaining(channels))
})

test('the channel of the guide is short', () => {
  const source = readFileSync(join(import.meta.dirname, 'throw-away', 'channel.ts'), 'utf8')
  expect(source.split('\n').length).toBeLessThan(150)
})
