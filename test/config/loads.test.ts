import { expect, it } from 'vitest'
import { createDirectory, loadCity } from '#config'

it('what went to a deputy since they were counted is still known when the list of people is read again', () => {
  const city = loadCity('baiyin-demo')
  const people = city.people.map((person) => ({ ...person, bound: true }))
  const [first, second] = people.filter(({ role }) => role === 'deputy').map(({ id }) => id) as [string, string]
  const loads = new Map([[first, 7]])
  const loadOf = (directory: ReturnType<typeof createDirectory>, id: string) =>
    directory.deputies.find((deputy) => deputy.id === id)!.load

  const before = createDirectory(city, people, new Date(0), loads)
  expect([loadOf(before, first), loadOf(before, second)]).toEqual([7, 0])
  before.countCase(first)
  before.countCase(second)
  before.countCase('nobody')
  expect([loadOf(before, first), loadOf(before, second)]).toEqual([8, 1])

  const after = createDirectory(city, people, new Date(0), loads)
  expect([loadOf(after, first), loadOf(after, second)]).toEqual([8, 1])
  expect(loads.has('nobody')).toBe(false)
})
