import { z } from 'zod'

const count = z.number().int().min(1)

/**
 * Who must act by when. Working days are Asia/Shanghai with 调休, by the city's calendar; hours run round the clock.
 * The defaults are practice, not law: no national ladder exists for residents' cases.
 */
export const deadlinesSchema = z.strictObject({
  /** A routed case is accepted or declined within so many working days. Default 1. */
  acceptWorkingDays: count,
  /** Hours, for urgent cases and emergencies. Default 2. */
  acceptUrgentHours: count,
  /** Hours before anything is due that whoever owes it is reminded. Default 4. */
  remindHoursBefore: count,
  answer: z.strictObject({
    /** Hours, for urgent cases and emergencies. Default 24. */
    urgentHours: count,
    /** Default 7. */
    routineWorkingDays: count,
    /** Instead of the above, once staff approved an extension. Default 15. */
    extendedWorkingDays: count,
  }),
  /** Calendar days in which residents may judge an answer. Default 7. */
  judgementDays: count,
  /** Hours an answer that says nothing waits, while its deputy is asked for more; never past its deadline. Default 2. */
  askBackHours: count.default(2),
  /** What is overdue goes one step up again every so many working days. Default 1. */
  escalateEveryWorkingDays: count,
  /** Minutes in which a resident's further words join their latest case. Default 30. */
  joinMinutes: count,
})
export type Deadlines = z.infer<typeof deadlinesSchema>
