import { accessSync, constants } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { isMashangError, makeFolder, MashangError, messageOf } from '#base'
import { dutyGroups, loadCity, readSettings } from '#config'
import type { City, Settings } from '#config'

export interface Preflight {
  settings: Settings
  city: City
}

/** The project's own folder: where `.env` lies and what relative settings are relative to. */
export const home = join(import.meta.dirname, '..')

type Env = Record<string, string | undefined>

/** Settings and city, or one MashangError that lists every fault of either. */
export function readEverything(env: Env): Preflight {
  const { settings, city, faults } = look(env)
  if (faults.length > 0 || settings === null || city === null) throw refusal(faults)
  return { settings, city }
}

/** The same, and whether the port is free and the data folder can be written to. */
export async function readyToStart(env: Env, needsPort: boolean): Promise<Preflight> {
  const { settings, city, faults } = look(env)
  // Blank counts as not set, as it does for the settings.
  const port = settings?.port ?? Number(env['PORT']?.trim() || 3000)
  if (needsPort && Number.isInteger(port) && port >= 0 && port < 65_536) {
    const taken = await portFault(port)
    if (taken) faults.push(taken)
  }
  const folderFault = dataDirFault(settings?.dataDir ?? absolute(env['DATA_DIR']?.trim() || './data'))
  if (folderFault) faults.push(folderFault)
  if (faults.length > 0 || settings === null || city === null) throw refusal(faults)
  return { settings, city }
}

function look(env: Env): { settings: Settings | null; city: City | null; faults: string[] } {
  const faults: string[] = []
  let settings: Settings | null = null
  try {
    settings = readSettings(env)
    settings = { ...settings, dataDir: absolute(settings.dataDir) }
  } catch (error) {
    faults.push(faultOf(error))
  }
  let city: City | null = null
  try {
    city = loadCity(settings?.city ?? (env['CITY']?.trim() || 'baiyin-demo'))
  } catch (error) {
    faults.push(faultOf(error))
  }
  if (settings && city) faults.push(...dutyGroups(city, settings.wecomRobots).faults)
  return { settings, city, faults }
}

function refusal(faults: string[]): MashangError {
  return new MashangError(faults.join('\n'), { code: 'START_REFUSED' })
}

function absolute(folder: string): string {
  return folder.startsWith('/') || /^[A-Za-z]:[\\/]/.test(folder) ? folder : join(home, folder)
}

export function faultOf(error: unknown): string {
  if (!isMashangError(error)) return messageOf(error)
  if (error.fix === undefined) return error.message
  return `${error.message}${error.message.includes('\n') ? '\n' : '. '}${error.fix}`
}

function portFault(port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'is taken by another program' : `can't be used (${error.code})`
      resolve(`PORT: ${port} ${why}; set PORT to a free one`)
    })
    probe.listen(port, '0.0.0.0', () => probe.close(() => resolve(null)))
  })
}

function dataDirFault(folder: string): string | null {
  try {
    makeFolder(folder, 0o700)
    accessSync(folder, constants.W_OK | constants.X_OK)
    return null
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return `DATA_DIR: ${folder} can't be written to (${code}); set DATA_DIR to a folder that this user may write`
  }
}
