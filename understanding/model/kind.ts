import type { Finds } from '../finds.ts'
import type { Context, KindFound } from '../kind.ts'
import type { Kind } from '../reading.ts'

/** By this much the model must be surer of its kind than of the rules' to overrule them; a default is no rule. */
const overrule = 0.15
const opensNothing = new Set<Kind>(['chitchat', 'progress', 'evaluation'])

/**
 * The model's kind, where it is clearly another than the rules'. Who writes to us in private wants something: only a
 * short line without a topic and without a problem is taken for talk.
 */
export function modelKind(
  ruled: KindFound,
  margins: ReadonlyMap<Kind, number>,
  finds: Finds,
  context: Context,
): KindFound {
  const byDefault = ruled.reasons.some((reason) => reason.endsWith('by default'))
  let [kind, margin]: [Kind, number] = [ruled.kind, margins.get(ruled.kind)! + (byDefault ? 0 : overrule)]
  for (const [other, its] of margins) {
    if (its <= margin) continue
    if (opensNothing.has(other) && finds.text.length > 40) continue
    if (other === 'chitchat' && (its < 0 || finds.text.length > 16 || context.topic || finds.has('problem'))) continue
    ;[kind, margin] = [other, its]
  }
  if (kind === ruled.kind) return ruled
  return { kind, reasons: [`kind:${kind}<model, ${ruled.kind} by rule`] }
}
