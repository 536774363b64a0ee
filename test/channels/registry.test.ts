import { expect, test } from 'vitest'
import { systemClock } from '#base'
import { createChannels, hasPlatform, officialAccountRules } from '#channels'

const account = {
  appId: 'wx0123456789abcdef',
  appSecret: 'secret',
  token: 'token',
  aesKey: 'a'.repeat(42) + 'A',
  apiUrl: 'http://127.0.0.1:9',
  mpUrl: 'http://127.0.0.1:9',
}
const tools = { clock: systemClock }

test('what has no settings is off', () => {
  expect(createChannels({}, tools)).toEqual([])
  expect(createChannels({ officialAccount: null }, tools)).toEqual([])
})

test('what has settings is on, by its own name', () => {
  const [channel, ...others] = createChannels({ officialAccount: account }, tools)
  expect(others).toEqual([])
  expect(channel).toMatchObject({ name: 'official-account', rules: officialAccountRules })
})

test('settings that can’t be used stop the start', () => {
  const broken = { ...account, aesKey: 'short' }
  expect(() => createChannels({ officialAccount: broken }, tools)).toThrow(
    expect.objectContaining({ code: 'AES_KEY_INVALID' }),
  )
})

test('a page and a robot alone reach nobody; any platform with people does', () => {
  expect(hasPlatform({})).toBe(false)
  expect(hasPlatform({ officialAccount: null, webChat: {}, wecomRobots: {} })).toBe(false)
  for (const name of ['officialAccount', 'wecom', 'wechaty'] as const) expect(hasPlatform({ [name]: {} })).toBe(true)
})
