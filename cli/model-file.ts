import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Model } from '#understanding'
import { home } from './preflight.ts'

export const basePath = join(home, 'understanding', 'model', 'base.bin')
export const corpusFolder = join(home, 'understanding', 'corpus')
const corpusFiles = [1, 2, 3, 4, 5].map((part) => `topics-${part}.txt`).concat('talk.txt', 'talk-2.txt', 'danger.txt')

export function readCorpus(): string[] {
  return corpusFiles
    .map((file) => join(corpusFolder, file))
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8'))
}

/** Where a city's own models are kept: `model.bin` is in use, `model-<n>.bin` are those before. */
export const modelFolder = (dataDir: string): string => join(dataDir, 'models')

/** The city's model where one was promoted, else the shipped one; null where neither is there. */
export function loadModel(dataDir: string): Model | null {
  const path = [join(modelFolder(dataDir), 'model.bin'), basePath].find((each) => existsSync(each))
  return path === undefined ? null : Model.read(readFileSync(path))
}
