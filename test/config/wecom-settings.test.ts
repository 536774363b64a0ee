import { describe, expect, it } from 'vitest'
import { isMashangError } from '#base'
import { readSettings } from '#config'

const app = {
  WECOM_CORP_ID: 'ww0123456789abcdef',
  WECOM_AGENT_ID: '1000002',
  WECOM_SECRET: 'not-a-real_secret',
  WECOM_TOKEN: 'token123',
  WECOM_AES_KEY: 'a'.repeat(43),
}

function faultsOf(env: Record<string, string | undefined>): string[] {
  try {
    readSettings(env)
    return []
  } catch (error) {
    if (!isMashangError(error)) throw error
    return error.message.split('\n').slice(1)
  }
}

describe('WeCom', () => {
  it('is read', () => {
    expect(readSettings(app).wecom).toEqual({
      corpId: 'ww0123456789abcdef',
      agentId: '1000002',
      secret: 'not-a-real_secret',
      token: 'token123',
      aesKey: 'a'.repeat(43),
      apiUrl: 'https://qyapi.weixin.qq.com',
    })
  })

  it.each(Object.keys(app))('%s is asked for when the others are there', (name) => {
    const faults = faultsOf({ ...app, [name]: undefined })
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(new RegExp(`^ *${name}: not set`))
  })

  it('says what is wrong, and no value', () => {
    const faults = faultsOf({ ...app, WECOM_AGENT_ID: 'agent', WECOM_AES_KEY: 'b'.repeat(42) })
    expect(faults.map((fault) => fault.trim().split(':')[0])).toEqual(['WECOM_AGENT_ID', 'WECOM_AES_KEY'])
    expect(faults.join()).not.toContain('bbbb')
  })
})

describe('robots', () => {
  const key = '693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa'

  it('are read, with or without an app', () => {
    const robots = [
      { station: 'st-01', key },
      { station: 'st-02', key: 'another-key' },
    ]
    const read = readSettings({
      WECOM_ROBOTS: `st-01=${key}, st-02=another-key,`,
      WECOM_API_URL: 'http://127.0.0.1:9/',
    })
    expect(read.wecomRobots).toEqual({ apiUrl: 'http://127.0.0.1:9', robots })
    expect(read.wecom).toBeNull()
  })

  it.each([key, `st-01:${key}`, `=${key}`, 'st-01=', 'ST 1=abcdefgh', `st-01=${key}, st-02`])('refuses %s', (given) => {
    const faults = faultsOf({ WECOM_ROBOTS: given })
    expect(
      faults.every((fault) => fault.trim() === 'WECOM_ROBOTS: write station-id=key, several with commas between'),
    ).toBe(true)
    expect(faults.length).toBeGreaterThan(0)
  })
})
