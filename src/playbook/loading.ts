import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { type At, type Mistake, UserError } from '../contract/errors.ts'
import type { FilesRead } from '../contract/files-read.ts'
import type { Module } from '../contract/module.ts'
import { Secret } from '../contract/secret.ts'
import { Waiting } from '../contract/signals.ts'
import { wordsFor, type YamlNode } from '../yaml/node.ts'
import { readYaml } from '../yaml/read.ts'
import { fileReader, NoFile, type ReadFile, reasonOf } from './control-file.ts'
import type { ImportedMistake } from './mistakes.ts'
import type { Scope } from './shape.ts'
import { compileTemplate, mistakesOf, type TemplateContext } from './template.ts'
import { isMap, wordsFor as wordsOf } from './values.ts'

/** A name that is notified, the place where it is written, and whom to tell when it is nobody's. */
export interface Wish {
  readonly name: string
  readonly at: At
  complain(mistake: Mistake): void
}

/** What loading one file carries along. */
export interface Loading extends TemplateContext {
  readonly modules: ReadonlyMap<string, Module>
  /** the names that `hosts` and `vars_files` may hold templates of: those given with -e */
  readonly given: Scope
  /** of the playbook: what paths in it are relative to */
  readonly directory: string
  readonly readFile: ReadFile
  /** is told which files are read */
  readonly files: FilesRead
  /** is told what tasks and handlers notify */
  notified(wish: Wish): void
  /** the files that lead here, outermost first, each with the place that imports the next */
  readonly trail: readonly { readonly file: string; readonly at: At | null }[]
}

/** Starts the loading of a playbook. */
export const loadingOf = (
  file: string,
  about: {
    modules: ReadonlyMap<string, Module>
    given: Scope
    files: FilesRead
    complain: (mistake: Mistake) => void
  },
): Loading => {
  const directory = dirname(file)
  const readFile = fileReader(directory, about.files)
  return { ...about, directory, readFile, notified: () => {}, trail: [{ file, at: null }] }
}

/** The loading of a file that another imports: its mistakes name the line that imports it. */
export const importing = (loading: Loading, file: string, at: At): Loading => {
  const complain = (mistake: ImportedMistake): void => {
    const imported: ImportedMistake = { ...mistake, importedAt: [...(mistake.importedAt ?? []), at] }
    loading.complain(imported)
  }
  return { ...loading, complain, trail: [...loading.trail, { file, at }] }
}

/** The places that import the file being loaded, the nearest first. */
export const importsOf = ({ trail }: Loading): readonly At[] => trail.flatMap(({ at }) => at ?? []).reverse()

/** The path of an imported file, relative to the file that names it. */
export const besides = (loading: Loading, path: string): string => {
  const here = loading.trail.at(-1)?.file ?? ''
  return isAbsolute(path) ? path : join(dirname(here), path)
}

/**
 * Reads a YAML file; null where it cannot be read, is empty or is no YAML, which is complained of: by `outer` that the file
 * is not there, at the place that names it, by `inner` what is wrong in it.
 */
export const readDocument = (
  outer: Loading,
  inner: Loading,
  { file, named, what }: { readonly file: string; readonly named: At | null; readonly what: string },
): YamlNode | null => {
  const about = named === null ? {} : { at: named }
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
    outer.files.note(file, bytes)
  } catch (error) {
    const reason = reasonOf((error as NodeJS.ErrnoException).code, error)
    const missing = reason === 'no such file'
    const message = missing
      ? `the ${what} "${file}" could not be found`
      : `cannot read the ${what} "${file}": ${reason}`
    outer.complain({ message, ...about })
    return null
  }
  if (!isUtf8(bytes)) {
    outer.complain({ message: `the ${what} "${file}" is not UTF-8 text`, ...about })
    return null
  }
  const { root, mistakes } = readYaml(bytes.toString('utf8'), file)
  for (const mistake of mistakes) inner.complain(mistake)
  return mistakes.length > 0 ? null : root
}

/** A path that a playbook names, or the words of a pattern: its templates see what was given with -e alone. */
export const pathIn = (
  node: YamlNode | undefined,
  loading: Loading,
): { readonly text: string; readonly at: At } | null => {
  if (node === undefined) return null
  if (node.kind !== 'scalar' || node.value === null) {
    loading.complain({ message: `this is a text, not ${wordsFor(node)}`, at: node.at })
    return null
  }
  const { at } = node
  if (typeof node.value !== 'string' || !node.value.includes('{{'))
    return { text: node.plain ? node.raw : String(node.value), at }
  try {
    return { text: textOf(compileTemplate(node, loading).evaluate(loading.given), at), at }
  } catch (error) {
    if (error instanceof NoFile) loading.complain({ message: error.message, at: error.at })
    // a template that is none was complained of when it was compiled
    if (error instanceof Waiting) return null
    for (const mistake of mistakesOf(error)) loading.complain(withHint(mistake))
    return null
  }
}

/** A list says several hosts. */
const textOf = (value: unknown, at: At): string => {
  if (Array.isArray(value)) return value.map((item) => textOf(item, at)).join(',')
  if (value === null || isMap(value) || value instanceof Secret)
    throw new UserError(`this is a text, not ${wordsOf(value)}`, { at })
  return String(value)
}

const withHint = (mistake: Mistake): Mistake =>
  mistake.hint === undefined && mistake.message.includes(' is undefined')
    ? { ...mistake, hint: 'here a template sees only what is given with -e' }
    : mistake
