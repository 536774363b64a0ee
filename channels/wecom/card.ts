import type { Outbound } from '../message.ts'

type Card = Extract<Outbound, { type: 'card' }>

/** More is allowed, but not shown. https://developer.work.weixin.qq.com/document/path/90236 (按钮交互型) */
const most = { title: 36, words: 160, rows: 6, rowName: 5, rowValue: 30, buttons: 6, button: 10 }

/**
 * 按钮交互型: a heading, rows of `name：value`, the other words, and buttons whose key is what they say, so that a tap
 * reads as if it had been written. `taskId` must be new for each card of the app.
 */
export function templateCard({ title, text, choices }: Card, taskId: string): Record<string, unknown> {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const rows = lines.map(rowOf)
  const fits = rows.map((row, index) => row !== null && rows.slice(0, index).filter(Boolean).length < most.rows)
  return {
    card_type: 'button_interaction',
    main_title: { title: cut(title, most.title) },
    // What is long is what somebody said: it comes last, so that no deadline is cut off with it.
    sub_title_text: cut(longestLast(lines.filter((_, index) => !fits[index])).join('\n'), most.words),
    horizontal_content_list: rows.filter((row, index) => row !== null && fits[index]),
    task_id: taskId,
    button_list: choices.slice(0, most.buttons).map(({ label, says }, index) => ({
      text: cut(label, most.button),
      style: index === 0 ? 1 : 2,
      key: says,
    })),
  }
}

function rowOf(line: string): { keyname: string; value: string } | null {
  const at = line.indexOf('：')
  const [keyname, value] = [line.slice(0, at), line.slice(at + 1)]
  const isShort = at > 0 && length(keyname) <= most.rowName && length(value) <= most.rowValue && value.trim() !== ''
  return isShort ? { keyname, value } : null
}

function longestLast(lines: string[]): string[] {
  const longest = lines.reduce((a, b) => (b.length > a.length ? b : a), '')
  const at = lines.indexOf(longest)
  return at < 0 ? lines : [...lines.slice(0, at), ...lines.slice(at + 1), longest]
}

function cut(text: string, characters: number): string {
  return length(text) <= characters ? text : `${[...text].slice(0, characters - 2).join('')}……`
}

function length(text: string): number {
  return [...text].length
}
