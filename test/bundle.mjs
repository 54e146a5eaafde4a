// Bundles the fast tests into .cache/unit/, where mocha runs them: two processes that load four hundred files through a
// transpiler each spent more on that than on most tests. Single files are run as they are, by tsx.
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
const outdir = join(root, '.cache', 'unit')

// those measure the built command, and are passed with the tests on real hosts
const MEASURES = ['test/cli/scale.test.ts', 'test/cli/speed.test.ts']

const filesIn = async (folder) => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name))
}

const tests = (await filesIn(join(root, 'test')))
  .map((file) => relative(root, file))
  .filter((file) => /(?<!\.lab)\.test\.ts$/.test(file) && !MEASURES.includes(file))

/** A file that asks where it is means its source. */
const places = {
  name: 'places of sources',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      if (!text.includes('import.meta.')) return
      const contents = text
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
        .replaceAll('import.meta.filename', JSON.stringify(path))
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
      return { contents, loader: 'ts' }
    }),
}

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: [...tests, 'test/kit/in-memory.ts', 'test/kit/short-lived.ts'],
  outdir,
  outbase: root,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  chunkNames: 'parts/[hash]',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
  metafile: true,
  plugins: [places],
})

// what is left of tests that are gone would still be run
await mkdir(outdir, { recursive: true })
const made = new Set(Object.keys(metafile.outputs).map((file) => join(root, file)))
await Promise.all((await filesIn(outdir)).filter((file) => !made.has(file)).map((file) => rm(file, { force: true })))
