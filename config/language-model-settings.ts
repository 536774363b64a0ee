import { z } from 'zod'

/** An endpoint that speaks OpenAI's chat completions. */
export interface LanguageModelSettings {
  /** `/chat/completions` is added to it. */
  url: string
  name: string
  /** Null: the endpoint asks for none. */
  key: string | null
  /** It is asked where we are less sure of the topic than this, 0 to 1. */
  below: number
}

/** What the schema of all settings takes in, besides the address. */
export const languageModelFields = {
  LANGUAGE_MODEL_NAME: z
    .string()
    .regex(/^[\w.:/@-]{1,100}$/, 'write the name of a model, such as qwen2.5:7b')
    .optional(),
  LANGUAGE_MODEL_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'copy the key: no spaces')
    .optional(),
  LANGUAGE_MODEL_BELOW: z
    .string()
    .regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'write a number from 0 to 1')
    .transform(Number),
}

type Read = { [Name in keyof typeof languageModelFields]?: z.output<(typeof languageModelFields)[Name]> } & {
  LANGUAGE_MODEL_URL?: string | undefined
}

/** Null: nothing of it is set, and no model is asked. */
export function languageModelOf(read: Read): LanguageModelSettings | null {
  const { LANGUAGE_MODEL_URL: url, LANGUAGE_MODEL_NAME: name, LANGUAGE_MODEL_KEY: key } = read
  return url && name ? { url, name, key: key ?? null, below: read.LANGUAGE_MODEL_BELOW! } : null
}

/** One text a setting that is missing beside the others. */
export function incompleteLanguageModel(given: ReadonlyMap<string, string>): string[] {
  const needed = ['LANGUAGE_MODEL_URL', 'LANGUAGE_MODEL_NAME']
  if (![...needed, 'LANGUAGE_MODEL_KEY'].some((name) => given.has(name))) return []
  return needed
    .filter((name) => !given.has(name))
    .map(
      (name) =>
        `${name}: not set; set URL and NAME together (and KEY, if the endpoint asks for one), or nothing of LANGUAGE_MODEL_*`,
    )
}
