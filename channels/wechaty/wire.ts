import { z } from 'zod'
import type { SendOutcome } from '../message.ts'

/** How the gateway process and the house write to one another: JSON, signed (`signature.ts`). */

/** Postgres has no NUL in text, and half a character is none. */
const id = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => !text.includes('\u0000') && text.isWellFormed())
const words = (most: number) =>
  z
    .string()
    .max(most)
    .transform((text) => text.replaceAll('\u0000', '').toWellFormed())

const content = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: words(20_000) }),
  z.object({ type: z.literal('image'), mediaId: id, url: z.null() }),
  z.object({ type: z.literal('voice'), mediaId: id, format: words(40).nullable(), recognition: z.null() }),
  z.object({ type: z.literal('video'), mediaId: id, thumbMediaId: z.null() }),
  z.object({
    type: z.literal('location'),
    latitude: z.number().min(-90).max(90),
    longitude: z.number().min(-180).max(180),
    label: words(500).nullable(),
  }),
  z.object({ type: z.literal('link'), title: words(1_000), description: words(4_000), url: words(4_000) }),
  z.object({ type: z.literal('unsupported'), name: words(60) }),
])

/** One message that the gateway heard and that concerns us. */
export const heardSchema = z.object({
  /** The library's message id: the same for every repetition. */
  id,
  /** The account of ours that heard it. */
  account: id,
  /** The sender's contact id. Personal data. */
  from: id,
  saidAt: z.iso.datetime(),
  room: z
    .object({
      id,
      /** See `Inbound.room`. */
      heard: z.enum(['addressed', 'following', 'listening']),
      private: z.boolean(),
    })
    .nullable(),
  content,
})
export type Heard = z.infer<typeof heardSchema>

/** What the house answers to a heard message: the words to say in the same chat, or null. */
export const answerSchema = z.object({ say: z.string().nullable() })

/** What the house asks the gateway to say to one contact in private. */
export const saySchema = z.object({
  /** The same for every attempt at one message: what was said once is never said again. */
  key: id,
  to: id,
  message: z.discriminatedUnion('type', [
    z.object({ type: z.literal('text'), text: z.string().min(1) }),
    z.object({ type: z.literal('picture'), contentType: z.string(), base64: z.base64() }),
  ]),
})
export type Say = z.infer<typeof saySchema>

const failure = { code: z.string(), reason: z.string() }
/** What became of it. */
export const outcomeSchema: z.ZodType<SendOutcome> = z.discriminatedUnion('status', [
  z.object({ status: z.literal('sent'), platformId: z.string().nullable() }),
  z.object({ status: z.literal('retry'), ...failure, afterMs: z.number().min(0) }),
  z.object({ status: z.literal('refused'), ...failure, alarm: z.boolean() }),
  z.object({ status: z.literal('unknown'), ...failure }),
])

export const mediaRequestSchema = z.object({ mediaId: id })
