import { applyToCase } from './apply.ts'
import type { Applied, ApplyTools } from './apply.ts'

/** A clerk names the deputy who answers for a case. */
export function assign(tools: ApplyTools, number: string, deputy: string, staff: string): Promise<Applied> {
  return applyToCase(
    tools,
    { number },
    (_state, directory) => ({
      type: 'assign',
      cause: 'staff',
      routing: {
        deputy,
        station: directory.deputies.find(({ id }) => id === deputy)?.station ?? null,
        reasons: [`assigned-by:${staff}`],
      },
    }),
    { party: 'staff', id: staff },
  )
}
