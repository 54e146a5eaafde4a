import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

// Reads the import lines of src and modules against the map in src/README.md, so that neither can drift from the other.

const root = join(import.meta.dirname, '..')

const sources = ['src', 'modules'].flatMap((directory) =>
  readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(directory, file)),
)

/** The folder of the map that a file belongs to. */
const folderOf = (file: string): string => {
  const [top = '', folder = '', ...rest] = file.split('/')
  if (top === 'modules') return 'modules'
  return rest.length === 0 ? folder : `${folder}/`
}

const IMPORT = /^(?:import|export)\b[^'"]*?\bfrom\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm

const importsOf = (file: string): readonly string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(IMPORT)].map(([, from, bare, late]) => from ?? bare ?? late ?? '')

const localImports = (file: string): readonly string[] =>
  importsOf(file)
    .filter((from) => from.startsWith('.'))
    .map((from) => relative(root, resolve(root, dirname(file), from)))

/** From the map: each folder, with what it may import. */
const arrows = (): ReadonlyMap<string, readonly string[]> => {
  const map = readFileSync(join(root, 'src/README.md'), 'utf8').split('## The map')[1]?.split('\n## ')[0] ?? ''
  const rows = map.split('\n').filter((line) => line.startsWith('| `'))
  return new Map(
    rows.flatMap((row) => {
      const [, names = '', , imports = ''] = row.split('|')
      const allowed = imports
        .replaceAll('`', '')
        .split(',')
        .map((word) => word.trim().replace(/ only$/, ''))
        .filter((word) => word !== '')
      return [...names.matchAll(/`([^`]+)`/g)].map(
        ([, name = '']) => [name.replace('../modules/', 'modules'), allowed] as const,
      )
    }),
  )
}

const isAllowed = (file: string, target: string, allowed: readonly string[]): boolean => {
  const from = folderOf(file)
  if (folderOf(target) === from || allowed.includes('all')) return true
  return allowed.some((one) => `${one}/` === folderOf(target) || target === `src/${one}`)
}

const STRANGERS: Readonly<Record<string, string | readonly string[]>> = {
  listr2: 'src/output/',
  picocolors: 'src/output/paint.ts',
  commander: 'src/cli/command-line.ts',
  diff: 'src/engine/diff.ts',
  'js-yaml': 'src/yaml/',
  handlebars: 'src/playbook/',
  ajv: ['src/playbook/', 'src/reports/read-document.ts'],
  ssh2: 'src/host/',
  'node-ssh': 'src/host/',
  croner: 'src/schedule/',
}

describe('the architecture', () => {
  const map = arrows()

  it('has every folder on the map', () => {
    assert.ok(map.size > 8, 'the map is read')
    const unmapped = [...new Set(sources.map(folderOf))].filter((folder) => !map.has(folder))
    assert.deepEqual(unmapped, [])
  })

  it('has import arrows that point as the map says', () => {
    const wrong = sources.flatMap((file) =>
      localImports(file)
        .filter((target) => !isAllowed(file, target, map.get(folderOf(file)) ?? []))
        .map((target) => `${file} imports ${target}`),
    )
    assert.deepEqual(wrong, [])
  })

  it('has each library in one place', () => {
    const wrong = sources.flatMap((file) =>
      importsOf(file)
        .map((from) => [from.split('/')[0] ?? '', from] as const)
        .filter(
          ([library]) =>
            STRANGERS[library] !== undefined && ![STRANGERS[library]].flat().some((one) => file.startsWith(one)),
        )
        .map(([, from]) => `${file} imports ${from}`),
    )
    assert.deepEqual(wrong, [])
  })

  it('ends the process, and catches everything, in main.ts alone', () => {
    const ending = sources.filter((file) => /process\.exit\(/.test(readFileSync(join(root, file), 'utf8')))
    assert.deepEqual(ending, ['src/main.ts'])
  })

  it('keeps files short enough to be read', () => {
    const long = sources.filter((file) => readFileSync(join(root, file), 'utf8').split('\n').length > 251)
    assert.deepEqual(long, [])
  })
})
