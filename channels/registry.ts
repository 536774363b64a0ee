import { createOfficialAccount } from './official-account/index.ts'
import { createWechaty } from './wechaty/index.ts'
import { createWebChat } from './web/index.ts'
import { createWecom, createWecomRobot } from './wecom/index.ts'
import type { Channel, ChannelTools } from './channel.ts'

/** Every channel there is, by the name its settings have. Adding one is its folder and a line here. */
const makers = {
  officialAccount: createOfficialAccount,
  wechaty: createWechaty,
  webChat: createWebChat,
  wecom: createWecom,
  wecomRobots: createWecomRobot,
}

type Makers = typeof makers

/** What each channel is switched on with; null or left out: it is off. */
export type ChannelSettings = { [Name in keyof Makers]?: Parameters<Makers[Name]>[0] | null }

/** Nobody can be reached by these alone: the page has no way to call anybody, and a robot only speaks. */
const beside: readonly string[] = ['webChat', 'wecomRobots'] satisfies (keyof Makers)[]

/** Whether a platform is switched on by which people can be reached; without one there is only the demo. */
export function hasPlatform(settings: { [Name in keyof Makers]?: object | null }): boolean {
  return (Object.keys(makers) as (keyof Makers)[]).some((name) => !beside.includes(name) && Boolean(settings[name]))
}

/**
 * The channels that are switched on. Throws what a channel says of unusable settings (a MashangError that names the
 * one to mend), so that they stop the start and not somebody's message.
 */
export function createChannels(settings: ChannelSettings, tools: ChannelTools): Channel[] {
  const made: (Channel | null)[] = (Object.keys(makers) as (keyof Makers)[]).map((name) => {
    const own = settings[name]
    return own ? (makers[name] as (own: object, tools: ChannelTools) => Channel)(own, tools) : null
  })
  return made.filter((channel) => channel !== null)
}
