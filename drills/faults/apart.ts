import type { Accepted } from './order.ts'

const opening = '【新诉求】'
/** What stands below several, and with how many it counts. */
const below = /\n\n以上 (\d+) 件，回复时请写上编号，[^\n]*$/u

/**
 * What a deputy was told in one message, as the deliveries that it was made of: as if each had come by itself. Not by the
 * house's own code, which would find its own mistakes right. What no delivery accounts for stays as it is.
 */
export function apart(
  accepted: readonly Accepted[],
  deliveries: readonly { openid: string; text: string }[],
): Accepted[] {
  const texts = Map.groupBy(
    deliveries.filter(({ text }) => text.startsWith(opening)),
    ({ openid, text }) => `${openid} ${firstLine(text)}`,
  )
  return accepted.flatMap((each) => {
    const { openid, content } = each
    const count = Number(below.exec(content)?.[1] ?? 0)
    const parts = content.replace(below, '').split(`\n\n${opening}`)
    if (parts.length !== count) return [each]
    return parts.map((part, index) => {
      const words = index === 0 ? part : opening + part
      const whole = texts.get(`${openid} ${firstLine(words)}`)?.find(({ text }) => text.startsWith(`${words}\n回复：`))
      return { openid, content: whole?.text ?? words }
    })
  })
}

function firstLine(text: string): string {
  return text.slice(0, text.indexOf('\n'))
}
