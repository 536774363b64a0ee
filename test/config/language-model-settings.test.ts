import { describe, expect, it } from 'vitest'
import { readSettings } from '#config'

const whole = {
  LANGUAGE_MODEL_URL: 'https://llm.example.cn/v1/',
  LANGUAGE_MODEL_NAME: 'qwen2.5:7b',
  LANGUAGE_MODEL_KEY: 'sk-not-a-real-key',
}

describe('a language model', () => {
  it('is asked by none unless it is set', () => {
    expect(readSettings({}).languageModel).toBeNull()
  })

  it('is read, with a bar of its own if wanted; a key is not needed everywhere', () => {
    const url = 'https://llm.example.cn/v1'
    expect(readSettings(whole).languageModel).toEqual({ url, name: 'qwen2.5:7b', key: 'sk-not-a-real-key', below: 0.6 })
    expect(readSettings({ ...whole, LANGUAGE_MODEL_KEY: '', LANGUAGE_MODEL_BELOW: '0.85' }).languageModel).toEqual({
      url,
      name: 'qwen2.5:7b',
      key: null,
      below: 0.85,
    })
  })

  it.each([
    [{ LANGUAGE_MODEL_NAME: '' }, /LANGUAGE_MODEL_NAME: not set; set URL and NAME together/],
    [{ LANGUAGE_MODEL_URL: '' }, /LANGUAGE_MODEL_URL: not set/],
    [{ LANGUAGE_MODEL_URL: '', LANGUAGE_MODEL_NAME: '' }, /URL: not set(.|\n)*NAME: not set/],
    [{ LANGUAGE_MODEL_URL: 'llm.example.cn' }, /LANGUAGE_MODEL_URL: write an address/],
    [{ LANGUAGE_MODEL_KEY: 'sk with spaces' }, /LANGUAGE_MODEL_KEY: copy the key/],
    [{ LANGUAGE_MODEL_BELOW: '60' }, /LANGUAGE_MODEL_BELOW: write a number from 0 to 1/],
  ])('that is set by halves, or wrongly, is refused and the key is not told: %j', (wrong, fault) => {
    const read = () => readSettings({ ...whole, ...wrong })
    expect(read).toThrow(fault)
    expect(read).not.toThrow(/not-a-real-key|with spaces/)
  })
})
