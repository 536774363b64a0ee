import { bench, benchAgainst } from '../bench/run.ts'

/** `mashang bench`: one line of JSON last; with `against`, both commits and how this one compares. */
export async function runBench(options: { against?: string; rounds: number; messages: number }): Promise<void> {
  const { rounds, messages, against } = options
  const measure = { rounds, messages, log: (line: string) => console.error(line) }
  const here = await bench(measure)
  if (against === undefined) return console.log(JSON.stringify(here))
  console.error(`— ${against}`)
  const there = await benchAgainst(against, measure)
  const ratio = (now: number, then: number) => Math.round((now / then) * 1000) / 1000
  console.log(
    JSON.stringify({
      ...here,
      against: there,
      compared: {
        webhook: ratio(here.webhook.per_second, there.webhook.per_second),
        loop_postgres: ratio(here.loop.postgres.per_second, there.loop.postgres.per_second),
        loop_redis: ratio(here.loop.redis.per_second, there.loop.redis.per_second),
        memory: ratio(here.memory_mb, there.memory_mb),
      },
    }),
  )
}
