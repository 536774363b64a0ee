import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isMashangError } from '#base'
import { loadCity } from '#config'

const demo = fileURLToPath(new URL('../../config/cities/baiyin-demo', import.meta.url))
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mashang-city-'))
  cpSync(demo, folder, { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true }))

const read = (file: string) => readFileSync(join(folder, file), 'utf8')
const write = (file: string, text: string) => writeFileSync(join(folder, file), text)

/** Changes the line that begins with `start`; gives its row. */
function change(file: string, start: string, by: (cells: string[]) => string[]): number {
  const lines = read(file).split('\n')
  const index = lines.findIndex((line) => line.startsWith(`${start},`))
  if (index < 0) throw new Error(`${file} has no ${start}`)
  lines[index] = by(lines[index]!.split(',')).join(',')
  write(file, lines.join('\n'))
  return index + 1
}
const cell = (index: number, text: string) => (cells: string[]) => cells.with(index, text)
/** Adds a line; gives its row. */
function append(file: string, line: string): number {
  const text = read(file)
  write(file, `${text}${line}\n`)
  return text.split('\n').length
}

function faults(of = folder): string[] {
  try {
    loadCity(of)
  } catch (error) {
    if (!isMashangError(error, 'CITY_INVALID')) throw error
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim())
  }
  return []
}

describe('a city that is right', () => {
  it('loads by an absolute path as by its name', () => {
    expect({ ...loadCity(folder), id: 'baiyin-demo' }).toEqual(loadCity('baiyin-demo'))
  })

  it('may come from a spreadsheet: byte order mark, CRLF, quotes, another order of columns', () => {
    const expected = loadCity('baiyin-demo').organisations
    const lines = read('organisations.csv').trim().split('\n')
    const swapped = lines.map((line) => {
      const [id, name, topics] = line.split(',')
      return `"${name}","${topics}",${id}`
    })
    write('organisations.csv', `\uFEFF${swapped.join('\r\n')}\r\n,,\r\n`)
    expect(loadCity(folder).organisations).toEqual(expected)
  })

  it('may lack topic words, and has them when they are there', () => {
    rmSync(join(folder, 'topic-words.csv'), { force: true })
    expect(loadCity(folder).topicWords).toEqual([])
    write('topic-words.csv', 'word,topic,weight\n路灯,城乡建设/城市建设和市政管理/城市公共设施,2\n民生,民政,\n')
    expect(loadCity(folder).topicWords).toEqual([
      { word: '路灯', topic: '城乡建设/城市建设和市政管理/城市公共设施', weight: 2 },
      { word: '民生', topic: '民政', weight: 1 },
    ])
  })

  it('may lack answers of its own', () => {
    rmSync(join(folder, 'answers.csv'), { force: true })
    expect(loadCity(folder).answers).toEqual([])
    write('answers.csv', 'words,answer,source,until\n医保/合作医疗；异地,在手机上办,某局通知,2027-12-31\n')
    expect(loadCity(folder).answers).toEqual([
      { words: [['医保', '合作医疗'], ['异地']], answer: '在手机上办', source: '某局通知', until: '2027-12-31' },
    ])
  })

  it('reads leave as spans, both ends included', () => {
    change('people.csv', 'bd-001', cell(7, '2026-12-01~2026-12-02；2027-01-05~2027-01-05'))
    expect(loadCity(folder).people[0]?.leave).toEqual([
      { from: '2026-12-01', until: '2026-12-02' },
      { from: '2027-01-05', until: '2027-01-05' },
    ])
  })
})

describe('a city that is wrong', () => {
  const station = 'stations.csv'
  const people = 'people.csv'

  it('names the folders there are when one is missing', () => {
    expect(faults('atlantis')).toEqual([expect.stringMatching(/no such folder.*baiyin-demo/)])
    expect(faults('../cities')).toEqual([expect.stringContaining('no such folder')])
    expect(faults(join(folder, 'nowhere'))).toEqual([expect.stringContaining('no such folder')])
  })

  it.each<[string, () => number, string, RegExp]>([
    [
      'a region unknown to a station',
      () => change(station, 'st-01', cell(3, '620402999')),
      station,
      /region 620402999 is not in/,
    ],
    [
      'a station in a whole county',
      () => change(station, 'st-01', cell(3, '620402')),
      station,
      /is a county; name a town/,
    ],
    ['a scene that is not its own', () => change(station, 'st-01', cell(5, 's-st-02')), station, /write s-st-01/],
    ['a thematic station with no theme', () => change(station, 'st-01', cell(2, 'thematic')), station, /has no topics/],
    [
      'an answer to any question that holds one word',
      () => append('answers.csv', '医保,在手机上办,某局,2027-12-31'),
      'answers.csv',
      /words must be at least two groups/,
    ],
    [
      'an answer without a source',
      () => append('answers.csv', '公积金;提取,在手机上办,,2027-12-31'),
      'answers.csv',
      /source is empty/,
    ],
    [
      'an answer without a last day',
      () => append('answers.csv', '公积金;提取,在手机上办,某局,长期'),
      'answers.csv',
      /until must be a day/,
    ],
    [
      'an answer too long for one message',
      () => append('answers.csv', `公积金;提取,${'长'.repeat(301)},某局,2027-12-31`),
      'answers.csv',
      /answer is longer than 300/,
    ],
    [
      'two answers to one question',
      () => {
        append('answers.csv', '公积金/住房公积金;提取,在手机上办,某局,2027-12-31')
        return append('answers.csv', '提取;住房公积金/公积金,在窗口办,某局,2027-12-31')
      },
      'answers.csv',
      /no question would be surely meant/,
    ],
    [
      'a kind of station unknown',
      () => change(station, 'st-26', cell(2, 'flying')),
      station,
      /kind must be one of fixed/,
    ],
    [
      'a region unknown to a person',
      () => change(people, 'bd-001', cell(3, 'c-999')),
      people,
      /region c-999 is not in/,
    ],
    ['a deputy without station', () => change(people, 'bd-001', cell(4, '')), people, /deputy bd-001 has no station/],
    [
      'a station unknown',
      () => change(people, 'bd-001', cell(4, 'st-99')),
      people,
      /station st-99 is not in stations.csv/,
    ],
    [
      'an organisation for a station',
      () => change(people, 'bd-001', cell(4, 'o-01')),
      people,
      /station o-01 is not in/,
    ],
    [
      'a handler without organisation',
      () => change(people, 'hd-001', cell(5, '')),
      people,
      /handler hd-001 has no organisation/,
    ],
    ['an organisation unknown', () => change(people, 'hd-001', cell(5, 'o-99')), people, /organisation o-99 is not in/],
    [
      'a topic unknown',
      () => change(people, 'bd-001', cell(6, '城乡建设/路灯')),
      people,
      /topic 城乡建设\/路灯 is not in topics.csv/,
    ],
    ['a role unknown', () => change(people, 'sf-001', cell(2, 'boss')), people, /role must be one of deputy/],
    ['an id that is no id', () => change(people, 'sf-001', cell(0, '017')), people, /id must be 2 to 24 small letters/],
    ['a name left out', () => change(people, 'sf-001', cell(1, ' ')), people, /name is empty/],
    [
      'leave that ends before it begins',
      () => change(people, 'bd-001', cell(7, '2026-12-09~2026-12-01')),
      people,
      /leave must be/,
    ],
    [
      'leave on a day that is none',
      () => change(people, 'bd-001', cell(7, '2026-02-29~2026-03-01')),
      people,
      /leave must be/,
    ],
    [
      'an id twice',
      () => change(people, 'sf-002', cell(0, 'sf-001')),
      people,
      /id sf-001 is already at people.csv row/,
    ],
    [
      'an id twice over two files',
      () => change(people, 'sf-002', cell(0, 'st-01')),
      people,
      /id st-01 is already at stations.csv row 2/,
    ],
    [
      'a name twice in a station',
      () => change(people, 'bd-002', cell(1, '祁若澜')),
      people,
      /name 祁若澜 in station st-01 is already at/,
    ],
    [
      'a code twice',
      () => append('places.csv', 'c-001,另一社区,community,620402001,'),
      'places.csv',
      /code c-001 is already at/,
    ],
    [
      'a place twice',
      () => append('places.csv', 'c-999,晨光社区,community,620402001,'),
      'places.csv',
      /name 晨光社区 under 620402001 is already/,
    ],
    ['a parent unknown', () => change('places.csv', 'e-001', cell(3, 'c-999')), 'places.csv', /parent c-999 is not in/],
    [
      'a parent below',
      () => append('places.csv', 'c-999,倒置社区,community,e-001,'),
      'places.csv',
      /community can't lie in e-001 \(estate\)/,
    ],
    [
      'an official region among the places',
      () => append('places.csv', 'x-1,某镇,town,620402,'),
      'places.csv',
      /level must be one of community, estate/,
    ],
    [
      'a cell too many',
      () => append('organisations.csv', 'o-99,某局,民政,多'),
      'organisations.csv',
      /has 4 cells instead of 3/,
    ],
    [
      'a quote left open',
      () => append('organisations.csv', 'o-99,"某局,民政'),
      'organisations.csv',
      /opened and never closed/,
    ],
    [
      'a topic word for no topic',
      () => (write('topic-words.csv', 'word,topic,weight\n路灯,路灯,1\n'), 2),
      'topic-words.csv',
      /topic 路灯 is not in/,
    ],
    [
      'a weight that is none',
      () => (write('topic-words.csv', 'word,topic,weight\n路灯,民政,多\n'), 2),
      'topic-words.csv',
      /weight must be a number/,
    ],
  ])('tells %s', (_, spoil, file, text) => {
    const row = spoil()
    expect(faults()).toEqual([expect.stringMatching(new RegExp(`^${file} row ${row}: .*${text.source}`))])
  })

  it('tells a circle of parents at each of its rows', () => {
    const first = change('regions.csv', '620000', cell(3, '620402'))
    const all = faults()
    expect(all).toHaveLength(3)
    expect(all[0]).toContain(`regions.csv row ${first}: parents run in a circle, 620000 → 620402 → 620400 → 620000`)
  })

  it.each<[string, string, string, RegExp]>([
    ['a danger left out', 'city.json', '"gas"', /city.json: emergency.gas is missing/],
    ['a deadline of nothing', 'deadlines.json', '"joinMinutes": 30', /deadlines.json: joinMinutes/],
    ['a day that is none', 'calendar.json', '"2027-01-01"', /calendar.json: holidays.0 must be a day/],
  ])('tells %s', (_, file, part, text) => {
    const spoilt = { '"gas"': '"gaz"', '"joinMinutes": 30': '"joinMinutes": 0', '"2027-01-01"': '"2027-13-01"' }[part]!
    expect(read(file)).toContain(part)
    write(file, read(file).replace(part, spoilt))
    expect(faults()).toEqual([expect.stringMatching(text)])
  })

  it('tells a day that is both off and worked', () => {
    write('calendar.json', '{"holidays":["2027-01-01"],"workdays":["2027-01-01"]}')
    expect(faults()).toEqual([expect.stringContaining('2027-01-01 is a holiday too')])
  })

  it('tells a missing file, a wrong header and broken JSON, without drowning them in what follows', () => {
    rmSync(join(folder, 'regions.csv'))
    write('stations.csv', 'id,title\nst-01,某站\n')
    write('city.json', '{ "name": ')
    const all = faults()
    expect(all).toContainEqual(expect.stringMatching(/^regions.csv: can't be read.*add the file/))
    expect(all).toContainEqual(
      expect.stringMatching(/^stations.csv row 1: columns are id,title; the first line must be id,name,/),
    )
    expect(all).toContainEqual(expect.stringMatching(/^city.json: not JSON/))
    expect(all).toHaveLength(4)
  })

  it('lists the faults of several files at once', () => {
    change(station, 'st-26', cell(3, '1'))
    change(people, 'hd-001', cell(5, 'o-99'))
    write('calendar.json', '{"holidays":[]}')
    expect(
      faults()
        .map((fault) => fault.split(/[ :]/)[0]!)
        .toSorted(),
    ).toEqual(['calendar.json', 'people.csv', 'stations.csv'])
  })
})
