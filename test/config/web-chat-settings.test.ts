import { describe, expect, test } from 'vitest'
import { readSettings } from '#config'

describe('the web chat’s settings', () => {
  test('it is on, and its cookie kept to https where residents come by it', () => {
    expect(readSettings({}).webChat).toEqual({ secure: false, sites: [] })
    expect(readSettings({ PUBLIC_URL: 'http://10.0.0.5:3000' }).webChat!.secure).toBe(false)
    expect(readSettings({ PUBLIC_URL: 'https://mashang.example.cn' }).webChat!.secure).toBe(true)
    expect(readSettings({ WEB_CHAT: 'off' }).webChat).toBeNull()
  })

  test('names the sites that may show it', () => {
    const sites = 'https://www.example.gov.cn/, http://localhost:8080  https://*.example.cn'
    expect(readSettings({ WEB_CHAT_SITES: sites }).webChat!.sites).toEqual([
      'https://www.example.gov.cn',
      'http://localhost:8080',
      'https://*.example.cn',
    ])
  })

  test.each(['*', 'www.example.cn', "https://a.cn 'unsafe-inline'", 'https://a.cn; script-src *', 'https://a.cn/path'])(
    'takes no %j for a site: it would go into the page’s policy',
    (site) => {
      expect(() => readSettings({ WEB_CHAT_SITES: site })).toThrow(/WEB_CHAT_SITES: write addresses such as/)
    },
  )

  test('says what else it takes', () => {
    expect(() => readSettings({ WEB_CHAT: 'yes' })).toThrow(/WEB_CHAT: write on or off/)
  })
})
