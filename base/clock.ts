/** Where the time comes from. Only a `main.ts` and `cli.ts` use the real one; tests and drills pass their own. */
export type Clock = () => Date

export const systemClock: Clock = () => new Date()
