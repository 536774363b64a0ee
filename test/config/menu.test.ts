import { expect, test } from 'vitest'
import { menuSchema } from '../../config/city-files.ts'

const click = { name: '查进度', type: 'click', key: 'progress' }
const faultsOf = (button: unknown): string[] => {
  const result = menuSchema.safeParse({ button })
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`)
}

test('a menu of three, with five below each, is taken', () => {
  const below = Array.from({ length: 5 }, () => ({ ...click, name: '字'.repeat(20) }))
  expect(faultsOf(Array.from({ length: 3 }, () => ({ name: '我要反映', sub_button: below })))).toEqual([])
  expect(faultsOf([{ name: '网上聊', type: 'view', url: 'https://example.cn/chat' }, click])).toEqual([])
})

test.each([
  ['no button', []],
  ['four buttons', [click, click, click, click]],
  ['six below one', [{ name: '更多', sub_button: Array.from({ length: 6 }, () => click) }]],
  ['none below one', [{ name: '更多', sub_button: [] }]],
  ['a name of 17 bytes', [{ ...click, name: '六个字太长了' }]],
  ['a name of 61 bytes below', [{ name: '更多', sub_button: [{ ...click, name: `${'字'.repeat(20)}x` }] }]],
  ['a key that the bot doesn’t know', [{ ...click, key: 'sing' }]],
  ['a key of 129 bytes', [{ name: '拍照', type: 'pic_weixin', key: 'k'.repeat(129) }]],
  ['an address of 1025 bytes', [{ name: '网页', type: 'view', url: `https://example.cn/${'x'.repeat(1007)}` }]],
  ['an address that is none', [{ name: '网页', type: 'view', url: 'javascript:alert(1)' }]],
  ['a type of nobody’s', [{ ...click, type: 'jump' }]],
  ['three levels', [{ name: '更多', sub_button: [{ name: '再多', sub_button: [click] }] }]],
])('one with %s is a fault', (_what, button) => {
  expect(faultsOf(button).length).toBeGreaterThan(0)
})
