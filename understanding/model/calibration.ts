/** A share and whether the answer with it was right. */
export interface Tried {
  share: number
  right: boolean
  weight: number
}

/** How often answers were right, at shares 0, 1/20 … 1. */
export type Calibration = number[]

const steps = 20
/** What a share alone still counts: answers keep their order where the trials say no more. */
const slope = 0.05

interface Block {
  weight: number
  share: number
  right: number
}

/** Isotonic regression (pool adjacent violators), read off at even steps. */
export function calibrationOf(tried: readonly Tried[]): Calibration {
  const blocks: Block[] = []
  for (const { share, right, weight } of tried.toSorted((a, b) => a.share - b.share)) {
    blocks.push({ weight, share: share * weight, right: right ? weight : 0 })
    for (let last = blocks.length - 1; last > 0; last--) {
      const [before, after] = [blocks[last - 1]!, blocks[last]!]
      if (before.right * after.weight < after.right * before.weight) break
      blocks.splice(last - 1, 2, {
        weight: before.weight + after.weight,
        share: before.share + after.share,
        right: before.right + after.right,
      })
    }
  }
  const points = blocks.map(({ weight, share, right }): [number, number] => [share / weight, right / weight])
  return Array.from({ length: steps + 1 }, (_, at) => {
    const share = at / steps
    return Math.round(1000 * ((1 - slope) * between(points, share) + slope * share)) / 1000
  })
}

function between(points: readonly [number, number][], share: number): number {
  const next = points.findIndex(([at]) => at >= share)
  if (next < 0) return points.at(-1)?.[1] ?? share
  const [right, rate] = points[next]!
  const [left, before] = points[next - 1] ?? [0, Math.min(rate, share)]
  return right === left ? rate : before + ((rate - before) * (share - left)) / (right - left)
}

/** How sure to be of an answer with this share; the share itself where nothing was tried. */
export function sureness(share: number, calibration: Calibration | undefined): number {
  if (!calibration) return share
  const at = Math.min(steps - 1, Math.floor(share * steps))
  const [low, high] = [calibration[at]!, calibration[at + 1]!]
  return low + (high - low) * (share * steps - at)
}
