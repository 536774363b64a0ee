import type { Finds } from './finds.ts'
import type { Context, KindFound } from './kind.ts'
import type { Kind } from './reading.ts'

/** Words that call for somebody: neighbours who only tell don't use them. */
const calls =
  /谁管|谁去|谁来管|谁能|找谁|谁给|有没有人|有人管|能不能来|该管|得管|管管|反映|反应一下|投诉|举报|没人|咋办|怎么办|来人|说法|不管|不理|不接|不修|建议|希望|代表|走人|走了|受得了|让不让/
/** Settled already, a neighbour's favour, or the market: of these nobody outside the group is to take care. */
const neighbourly =
  /修好了|换好了|弄好了|来水了|来电了|找到了|推荐|谁有|谁家有|谁认识|谁捡|谁见|哪家|出租|转让|便宜|接龙|拼车|顺风车|哈哈|通知|我都不会|来着|收到|谢谢|早安|晚安|终于|有没有人(?:要|去|一起|借|卖)|没出摊|今天没来|玩吧|玩雪|谁要|见着|喊一声|说一声|求个|求一个|私聊|走起|缺一个|缺个|我家猫|我家狗|恭喜/
/** What a line must bring along beside the model's word for it. */
const bonus = { called: 0.4, told: 0.15, neither: -0.35, neighbourly: -0.5 }

const talk = new Set<Kind>(['chitchat', 'progress', 'evaluation'])

/**
 * In a group nobody has addressed us: a line is a matter only if it tells of something that somebody must act on.
 * `margins` are the model's; without one the rules answer, and in doubt the neighbours are left alone.
 */
export function isMatter(
  found: KindFound,
  margins: { matter: number } | null,
  finds: Finds,
  context: Context,
): KindFound {
  if (context.danger || context.accused) return found
  const told = finds.of('problem').some(({ start, end }) => end - start > 1)
  const matter = margins ? margins.matter + bonusOf(finds.text, told) > 0 : told && context.topic
  if (!matter) return { kind: 'chitchat', reasons: ['kind:chitchat<neighbours talking'] }
  return talk.has(found.kind) ? { kind: 'appeal', reasons: ['kind:appeal<a matter told in a group'] } : found
}

function bonusOf(text: string, told: boolean): number {
  if (calls.test(text)) return bonus.called
  return (told ? bonus.told : bonus.neither) + (neighbourly.test(text) ? bonus.neighbourly : 0)
}
