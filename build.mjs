// Bundles the command line into dist/, so that starting it reads few files and installing it brings no packages, and
// writes the JSON Schemas that ship with it.
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

// the CommonJS packages in the bundle need a require of their own
const REQUIRE =
  "import { createRequire as makeRequire } from 'node:module'\nconst require = makeRequire(import.meta.url)"

const shared = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  logLevel: 'warning',
  define: { __dirname: 'import.meta.dirname' },
  // native parts that ssh2 would use if they were there
  external: ['cpu-features', '*.node'],
}

const { metafile } = await build({
  ...shared,
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  splitting: true,
  chunkNames: 'parts/[name]-[hash]',
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'none',
  banner: { js: REQUIRE },
  metafile: true,
})
await chmod('dist/main.js', 0o755)

const made = new Set([...Object.keys(metafile.outputs), await writeSchemas(), await writeLicenses()].flat())
for (const entry of await readdir('dist', { recursive: true, withFileTypes: true })) {
  const file = join(entry.parentPath, entry.name)
  if (entry.isFile() && !made.has(file)) await rm(file)
}

async function writeSchemas() {
  const { outputFiles } = await build({
    ...shared,
    stdin: {
      contents: `
        export { reportSchema } from './src/output/report-schema.ts'
        export { playbookSchema } from './src/cli/playbook-schema.ts'
        export { modules } from './modules/index.ts'`,
      resolveDir: '.',
    },
    banner: { js: REQUIRE.replace('import.meta.url', JSON.stringify(import.meta.url)) },
    write: false,
  })
  const code = Buffer.from(outputFiles[0].contents).toString('base64')
  const { reportSchema, playbookSchema, modules } = await import(`data:text/javascript;base64,${code}`)
  await mkdir('dist/schema', { recursive: true })
  const schemas = { report: reportSchema, playbook: playbookSchema(modules) }
  return await Promise.all(
    Object.entries(schemas).map(async ([name, schema]) => {
      const file = `dist/schema/${name}.schema.json`
      await writeFile(file, `${JSON.stringify(schema, null, 2)}\n`)
      return file
    }),
  )
}

/** The licenses of the packages in the bundle travel with it. */
async function writeLicenses() {
  const packages = Object.keys(metafile.inputs).flatMap(
    (file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? [],
  )
  const texts = [...new Set(packages)].sort().map(async (name) => {
    const directory = join('node_modules', name)
    const license = (await readdir(directory)).find((file) => /^licen[cs]e/i.test(file))
    const { version, license: kind } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'))
    const text = license === undefined ? `${kind}\n` : await readFile(join(directory, license), 'utf8')
    return `${name} ${version}\n\n${text}`
  })
  await writeFile('dist/LICENSES.txt', (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`))
  return 'dist/LICENSES.txt'
}
