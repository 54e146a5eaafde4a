import { readFileSync } from 'node:fs'
import { UserError } from '../contract/errors.ts'
import { type FilesRead, nothingRead } from '../contract/files-read.ts'
import { nodeValue } from '../yaml/node.ts'
import { readYaml } from '../yaml/read.ts'

/** Reads what `-e` was given: `key=value ...`, a map in JSON or YAML, or `@file` with one, which is noted; the later ones win. */
export const extraVarsOf = (
  given: readonly string[],
  files: FilesRead = nothingRead(),
): Readonly<Record<string, unknown>> => Object.assign({}, ...given.map((text) => oneOf(text, files)))

const oneOf = (text: string, files: FilesRead): Readonly<Record<string, unknown>> => {
  if (text.startsWith('@')) return mapOf(textOfFile(text.slice(1), files), text.slice(1))
  return /^\s*[{[]/.test(text) ? mapOf(text, '--extra-vars') : pairsOf(text)
}

const textOfFile = (file: string, files: FilesRead): string => {
  try {
    const bytes = readFileSync(file)
    files.note(file, bytes)
    return bytes.toString('utf8')
  } catch (error) {
    throw new UserError(`-e @${file}: ${reasonOf(error)}`)
  }
}

const reasonOf = (error: unknown): string => {
  const code = (error as { code?: string }).code
  return code === 'ENOENT' ? 'no such file' : (code ?? String(error))
}

const mapOf = (text: string, file: string): Readonly<Record<string, unknown>> => {
  const { root, mistakes } = readYaml(text, file)
  if (mistakes.length > 0) throw new UserError(mistakes)
  if (root === null) return {}
  if (root.kind !== 'map') throw new UserError('variables are a map', { at: root.at, hint: '-e "name: value"' })
  return nodeValue(root) as Readonly<Record<string, unknown>>
}

// words as a shell would split them: quotes may stand anywhere in one
const WORD = /(?:[^\s'"\\]|\\.|'[^']*'|"(?:\\.|[^"\\])*")+/g

const pairsOf = (text: string): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    (text.match(WORD) ?? []).map((word) => {
      const equals = word.indexOf('=')
      if (equals > 0) return [word.slice(0, equals), unquoted(word.slice(equals + 1))]
      throw new UserError(`-e ${text}: "${word}" is no variable`, { hint: 'key=value, \'{"key": 1}\' or @file' })
    }),
  )

const unquoted = (word: string): string =>
  word.replace(
    /\\(.)|'([^']*)'|"((?:\\.|[^"\\])*)"/g,
    (_all, escaped, single, double) => escaped ?? single ?? (double as string).replace(/\\(["\\])/g, '$1'),
  )
