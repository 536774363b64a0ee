import { createChannels, wecomRobotRules } from '#channels'
import { startWecomSimulator } from '#simulators'
import { createBindingCode, importGroups } from '#store'
import type { Member, WecomSimulator } from '#simulators'
import { startTestHouse } from '../../support/house.ts'
import type { TestHouse, TestHouseOptions } from '../../support/house.ts'
import { app } from './keys.ts'

/** A house with an official account for residents and an app of WeCom for those on the rolls. */
export interface WecomHouse extends TestHouse {
  wecom: WecomSimulator
  /** Binds a member of the corporation to a person on the rolls; a new one unless given. */
  bindMember(personId: string, member?: Member): Promise<Member>
}

/** The key of the robot of each station that has one. */
const robots = new Map([['robot-key-of-st-02', 'st-02']])

export async function startWecomHouse(options: TestHouseOptions = {}): Promise<WecomHouse> {
  let wecom: WecomSimulator | undefined
  try {
    const house = await startTestHouse({
      mode: 'plain',
      ...options,
      async besides(clock, { pool, keyring }) {
        wecom = await startWecomSimulator({ ...app, clock, attempts: 1, robots })
        const groups = [...robots].map(([address, station]) => ({
          id: `group-${station}`,
          name: '值班群',
          region: '620402',
          station,
          channel: wecomRobotRules.name,
          address,
        }))
        await importGroups(pool, keyring, groups, clock())
        const apiUrl = wecom.url
        return createChannels({ wecom: { ...app, apiUrl }, wecomRobots: { apiUrl } }, { clock })
      },
    })
    const simulator = wecom!
    simulator.setWebhook(`http://127.0.0.1:${house.bot.port}/channels/wecom`)
    return Object.assign(house, {
      wecom: simulator,
      async bindMember(personId: string, member = simulator.member()) {
        const code = await createBindingCode(house.ledger.pool, personId, new Date(house.clock().getTime() + 600_000))
        const { text } = await member.say(`绑定 ${code}`)
        if (!text?.startsWith('绑定成功')) throw new Error(`${personId} could not be bound: ${text}`)
        return member
      },
      stop: closing(house.stop, simulator),
    })
  } catch (error) {
    await wecom?.close()
    throw error
  }
}

function closing(stop: () => Promise<void>, simulator: WecomSimulator): () => Promise<void> {
  return async () => {
    await stop()
    await simulator.close()
  }
}

/** What the app said by itself, oldest first. */
export const messages = (member: Member): string[] =>
  member.phone.filter(({ via }) => via === 'custom').map(({ text }) => text)

/** The cards on the screen, oldest first. */
export const cards = (member: Member) => member.phone.flatMap(({ card }) => card ?? [])
