/**
 * Imports a package of this folder, which has a package.json of its own: what wechaty brings along is not for the house.
 * The name comes at run time, so that the house can be checked where none of it is installed.
 */
export function load(name: string): Promise<Record<string, unknown>> {
  return import(name) as Promise<Record<string, unknown>>
}
