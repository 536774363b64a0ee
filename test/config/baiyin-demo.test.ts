import { describe, expect, it } from 'vitest'
import { createDirectory, isWorkingDay, loadCity } from '#config'

const city = loadCity('baiyin-demo')
const byCode = new Map(city.regions.map((region) => [region.code, region]))
const inside = (code: string, level: string) =>
  city.regions.filter((region) => region.parent === code && region.level === level)

function countyOf(code: string | null): string | null {
  const region = code === null ? undefined : byCode.get(code)
  return !region ? null : region.level === 'county' ? region.code : countyOf(region.parent)
}

describe('the official regions', () => {
  it('are those of the statistics, counties and all', () => {
    expect(byCode.get('620400')).toMatchObject({ name: '白银市', parent: '620000', level: 'city' })
    const counties = inside('620400', 'county')
    const counted = counties.map(({ code, name }) => [code, name, inside(code, 'town').length])
    // Streets, towns and townships, National Bureau of Statistics 2023: 10 + 11 + 18 + 28 + 11 = 78.
    expect(counted).toEqual([
      ['620402', '白银区', 10],
      ['620403', '平川区', 11],
      ['620421', '靖远县', 18],
      ['620422', '会宁县', 28],
      ['620423', '景泰县', 11],
    ])
    expect(byCode.get('620402001')?.name).toBe('人民路街道')
    expect(byCode.get('620422202')?.name).toBe('新添堡回族乡')
    expect(byCode.get('620423207')?.name).toBe('漫水滩乡')
  })

  it('carry codes that begin with their parent, nine digits for a town', () => {
    const towns = city.regions.filter(({ level }) => level === 'town')
    expect(towns.filter(({ code, parent }) => !/^\d{9}$/.test(code) || code.slice(0, 6) !== parent)).toEqual([])
  })
})

describe('the invented city in it', () => {
  it('has a community in every town, and estates in every county', () => {
    const towns = city.regions.filter(({ level }) => level === 'town')
    expect(towns.filter(({ code }) => inside(code, 'community').length === 0)).toEqual([])
    const estates = city.regions.filter(({ level }) => level === 'estate')
    expect(new Set(estates.map(({ code }) => countyOf(code))).size).toBe(5)
    expect(
      city.regions.filter(({ level }) => level === 'community' || level === 'estate').length,
    ).toBeGreaterThanOrEqual(120)
  })

  it('has deputies with different fields in every station, and one for all of each county', () => {
    const deputies = city.people.filter(({ role }) => role === 'deputy')
    const fields = (station: string) =>
      deputies.filter((deputy) => deputy.station === station).map(({ topics }) => topics.join())
    const poor = city.stations.filter(({ id }) => fields(id).length < 2 || new Set(fields(id)).size < fields(id).length)
    expect(poor).toEqual([])
    const uncovered = inside('620400', 'county').filter(({ code }) => deputies.every(({ region }) => region !== code))
    expect(uncovered).toEqual([])
  })

  it('has two deputies of one name, in different counties', () => {
    const namesakes = city.people.filter(({ name }) => name === '张建业')
    expect(namesakes).toHaveLength(2)
    expect(new Set(namesakes.map(({ region }) => countyOf(region))).size).toBe(2)
  })

  it('has staff for the city and every county', () => {
    const regions = city.people.filter(({ role }) => role === 'staff').map(({ region }) => region)
    expect(regions).toEqual(['620400', '620402', '620403', '620421', '620422', '620423'])
  })

  it('has a department for each of the 15 first-level topics', () => {
    const firsts = new Set(city.topics.map((topic) => topic.split('/')[0]!))
    const handled = new Set(city.organisations.flatMap(({ topics }) => topics.map((topic) => topic.split('/')[0]!)))
    expect(firsts.size).toBe(15)
    expect(handled).toEqual(firsts)
    expect(city.topics.filter((topic) => topic.split('/').length === 3)).toHaveLength(517)
  })

  it('keeps the practice as its deadlines, and knows the holidays of 2027 fixed by law', () => {
    expect(city.deadlines.answer).toEqual({ urgentHours: 24, routineWorkingDays: 7, extendedWorkingDays: 15 })
    expect(city.deadlines).toMatchObject({
      acceptWorkingDays: 1,
      acceptUrgentHours: 2,
      remindHoursBefore: 4,
      judgementDays: 7,
      joinMinutes: 30,
    })
    expect(isWorkingDay('2027-01-01', city.calendar)).toBe(false)
    expect(isWorkingDay('2027-02-08', city.calendar)).toBe(false)
    expect(city.emergency['self-harm']?.number).toBe('12356')
  })

  it('finds estates on the map, by their area and by their middle, before the community around them', () => {
    const { placeAt } = createDirectory(city, [], new Date(0))
    const found = [
      [36.541, 104.1665],
      [36.535, 104.165],
      [36.535, 104.174],
      [36.536, 104.175],
      [36.55, 104.17],
    ].map(([latitude, longitude]) => placeAt(latitude!, longitude!))
    expect(found).toEqual(['e-001', 'c-001', 'e-003', 'c-002', '620402001'])
  })
})
