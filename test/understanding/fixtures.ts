import { readFileSync } from 'node:fs'
import { createReader } from '#understanding'
import type { GazetteerEntry, NamedPerson, PlaceLevel, TopicWord } from '#understanding'

const place = (code: string, name: string, parent: string | null, level: PlaceLevel, ...aliases: string[]) =>
  ({ code, name, parent, level, aliases }) satisfies GazetteerEntry

export const gazetteer: GazetteerEntry[] = [
  place('62', '甘肃省', null, 'province'),
  place('6204', '白银市', '62', 'city'),
  place('620402', '白银区', '6204', 'county'),
  place('620403', '平川区', '6204', 'county'),
  place('620421', '靖远县', '6204', 'county'),
  place('620422', '会宁县', '6204', 'county', '会宁县城'),
  place('t-wulan', '乌兰镇', '620421', 'town'),
  place('t-huishi', '会师镇', '620422', 'town'),
  place('t-renmin', '人民路街道', '620402', 'town'),
  place('c-dong-1', '东街社区', 't-renmin', 'community'),
  place('c-dong-2', '东街社区', 't-huishi', 'community'),
  place('c-center', '中心社区', 't-huishi', 'community'),
  place('e-liuyuan', '榴园家属院', 'c-dong-1', 'estate', '刘园家属院'),
]

export const people: NamedPerson[] = [
  { id: 'wang-1', name: '王建国' },
  { id: 'wang-2', name: '王秀兰' },
  { id: 'li', name: '李卫东' },
  { id: 'zhao', name: '赵强' },
  { id: 'ali', name: '艾力·买买提' },
  { id: 'gao', name: '高峰' },
  { id: 'ouyang', name: '欧阳明' },
]

/** The demo city's own list: what it says is part of what is tested. */
export const topicWords: TopicWord[] = readFileSync(
  new URL('../../config/cities/baiyin-demo/topic-words.csv', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [word, topic, weight] = line.split(',')
    return { word: word!, topic: topic!, weight: Number(weight) }
  })

export const topics = [...new Set(topicWords.map(({ topic }) => topic))]
export const reader = createReader({ gazetteer, topicWords, topics, people, region: '620402' })
