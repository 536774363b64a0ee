import type { City } from './city.ts'
import type { WecomRobotSettings } from './wecom-settings.ts'

/** A station's duty group, which hears of its new cases through a robot. */
export interface DutyGroup {
  id: string
  station: string
  /** The station's. */
  name: string
  region: string
  /** The key of the robot's webhook: a secret. */
  key: string
}

/** The duty groups of the settings' robots; a robot of no station is left out, and `faults` names it. */
export function dutyGroups(
  city: Pick<City, 'stations'>,
  robots: WecomRobotSettings | null,
): { groups: DutyGroup[]; faults: string[] } {
  const groups: DutyGroup[] = []
  const faults: string[] = []
  for (const { station: id, key } of robots?.robots ?? []) {
    const station = city.stations.find((each) => each.id === id)
    if (!station) faults.push(`WECOM_ROBOTS: station ${id} is not in stations.csv; correct the id or add it`)
    else if (groups.some((group) => group.station === id)) {
      faults.push(`WECOM_ROBOTS: station ${id} has two robots; keep one`)
    } else groups.push({ id: `group-${id}`, station: id, name: station.name, region: station.region, key })
  }
  return { groups, faults }
}
