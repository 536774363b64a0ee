/** Margins as shares that add up to 1, over the allowed classes only; the others get 0. */
export function probabilities(margins: ArrayLike<number>, allowed: readonly boolean[], sharpness: number): number[] {
  let most = -Infinity
  for (let at = 0; at < margins.length; at++) if (allowed[at]) most = Math.max(most, margins[at]!)
  let sum = 0
  const shares: number[] = []
  for (let at = 0; at < margins.length; at++) {
    const share = allowed[at] ? Math.exp((margins[at]! - most) * sharpness) : 0
    shares.push(share)
    sum += share
  }
  return shares.map((share) => share / sum)
}
