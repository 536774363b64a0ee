import { expect, it } from 'vitest'
import { kindLabels, stageOf, topicLabel } from '#templates'
import { kinds } from '#understanding'
import { sampleCase } from './sample.ts'

it('a topic is said by its widest and its narrowest level', () => {
  expect(topicLabel(null)).toBeNull()
  expect(topicLabel('民政')).toBe('民政')
  expect(topicLabel('城乡建设/城市建设和市政管理/城市公共设施')).toBe('城乡建设·城市公共设施')
  expect(topicLabel('城乡建设/城市建设和市政管理/其他')).toBe('城乡建设·城市建设和市政管理')
  expect(topicLabel('其他/其他/其他')).toBe('其他')
})

it('a stage says whether it is supervised, while it goes on', () => {
  expect(stageOf(sampleCase({ status: 'accepted', supervision: 1 }))).toBe('代表正在办理（督办中）')
  expect(stageOf(sampleCase({ status: 'accepted', supervision: 0 }))).toBe('代表正在办理')
  expect(stageOf(sampleCase({ status: 'closed', supervision: 2 }))).toBe('已办结')
  expect(stageOf(sampleCase({ status: 'withdrawn', supervision: 2 }))).toBe('已撤回')
})

it('every kind that opens a case has a name', () => {
  expect(kinds.filter((kind) => kindLabels[kind] === undefined)).toEqual(['progress', 'evaluation', 'chitchat'])
})
