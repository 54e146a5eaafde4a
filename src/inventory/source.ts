import { isUtf8 } from 'node:buffer'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { At, Mistake } from '../contract/errors.ts'
import { isEmpty, type YamlNode } from '../yaml/node.ts'
import { readYaml } from '../yaml/read.ts'
import { type Gathered, groupOf } from './gathered.ts'
import { addHosts, gatherYaml } from './yaml-source.ts'

/** Takes one `-i`: a YAML file, a directory of them, or a comma list of hosts. Gives the directory beside which its group_vars are looked for. */
export const gatherSource = (source: string, gathered: Gathered): string | null => {
  if (source.includes(',')) {
    gatherList(source, gathered)
    return '.'
  }
  const kind = kindOf(source)
  if (kind === null) {
    const hint = /[/.]/.test(source) ? undefined : `a list of hosts has a comma, as in -i ${source},`
    gathered.mistakes.push({ message: `the inventory "${source}" could not be found`, ...(hint ? { hint } : {}) })
    return null
  }
  if (kind === 'file') {
    gatherFile(source, gathered)
    return dirname(source)
  }
  for (const name of readdirSync(source).sort()) {
    const path = join(source, name)
    if (!isIgnored(name) && kindOf(path) === 'file') gatherFile(path, gathered)
  }
  return source
}

const kindOf = (path: string): 'file' | 'directory' | null => {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? null : found.isDirectory() ? 'directory' : 'file'
}

const isIgnored = (name: string): boolean =>
  name.startsWith('.') || /(?:~|\.(?:orig|bak|ini|cfg|retry|pyc|pyo|md|txt|swp|schema\.json))$/.test(name)

const gatherList = (source: string, gathered: Gathered): void => {
  const at: At = { file: `-i ${source}`, line: 1, column: 1 }
  gathered.files.note(at.file, source)
  const group = groupOf(gathered, 'all', at)
  for (const key of source.split(',').map((part) => part.trim()))
    if (key !== '') addHosts(group, { key, at, vars: new Map() }, gathered)
}

const gatherFile = (file: string, gathered: Gathered): void => {
  const text = readText(file, 'inventory', gathered)
  if (text === null) return
  const foreign = foreignSource(file, text)
  if (foreign !== null) {
    gathered.mistakes.push(foreign)
    return
  }
  const { root, mistakes } = readYaml(text, file)
  gathered.mistakes.push(...mistakes)
  if (root !== null && mistakes.length === 0) gatherYaml(root, gathered)
}

/** A script, or an INI file: Ansible reads them, we do not yet. */
const foreignSource = (file: string, text: string): Mistake | null => {
  const at = { file, line: 1, column: 1 }
  if (text.startsWith('#!')) return { message: 'not yet: an inventory that is a program', at }
  const lines = text.split('\n')
  const section = lines.findIndex((line) => /^\[[\w.:-]+\]\s*(?:[#;].*)?$/.test(line))
  const first = lines.findIndex((line) => !/^\s*(?:[#;].*)?$/.test(line))
  const ini = section !== -1 && !/^\s*(?:---|[\w.-]+:|\{)/.test(lines[first] ?? '')
  const plain =
    section === -1 &&
    /^[\w.[\]:-]*\w(?:\s+\w+=\S+)*\s*$/.test(lines[first] ?? '') &&
    !(lines[first] ?? '').endsWith(':')
  if (!ini && !(plain && !/\.(?:ya?ml|json)$/.test(file) && first !== -1)) return null
  const hint = 'write it in YAML: all: with hosts: and children: below it'
  return { message: 'not yet: an INI inventory', at: { file, line: (ini ? section : first) + 1, column: 1 }, hint }
}

/** What is told of files that are read: which they are, and what is wrong with them. */
export type Reading = Pick<Gathered, 'mistakes' | 'files'>

/** Reads a text file; null where it cannot be read, which is a mistake. */
const readText = (file: string, what: string, { mistakes, files }: Reading): string | null => {
  try {
    const bytes = readFileSync(file)
    files.note(file, bytes)
    if (isUtf8(bytes)) return bytes.toString('utf8')
    mistakes.push({ message: `the ${what} "${file}" is not UTF-8 text` })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    mistakes.push({
      message: `cannot read the ${what} "${file}": ${code === 'EACCES' ? 'permission denied' : message}`,
    })
  }
  return null
}

/** Reads a file of variables; null where it has none or is wrong, which is a mistake. */
export const readVarsFile = (file: string, reading: Reading): Extract<YamlNode, { kind: 'map' }> | null => {
  const { mistakes } = reading
  const text = readText(file, 'variables file', reading)
  if (text === null) return null
  const { root, mistakes: wrong } = readYaml(text, file)
  mistakes.push(...wrong)
  if (root === null || wrong.length > 0 || isEmpty(root)) return null
  if (root.kind === 'map') return root
  mistakes.push({ message: 'a file of variables is a map', at: root.at })
  return null
}
