// Bundles the command line into dist/, so that starting it reads few files and installing it brings no packages, and
// writes the JSON Schemas that ship with it. What parameters are held against is compiled here, not at every start.
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
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
  external: ['cpu-features', '*.node', 'libsql'],
}

// made beside the one that may be in use, which it then replaces in one step
const made = `dist-${process.pid}`
const worn = `${made}-worn`
try {
  const parts = await loadParts()
  const { metafile } = await build({
    ...shared,
    entryPoints: ['src/main.ts'],
    plugins: [validatorsMadeAhead(parts)],
    outdir: made,
    splitting: true,
    chunkNames: 'parts/[name]-[hash]',
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    banner: { js: REQUIRE },
    metafile: true,
  })
  await chmod(join(made, 'main.js'), 0o755)
  await Promise.all([writeSchemas(parts), writeReportPage(), writeLicenses(Object.keys(metafile.inputs))])
  await rename('dist', worn).catch(() => {})
  await rename(made, 'dist')
} finally {
  for (const directory of [made, worn]) await rm(directory, { recursive: true, force: true })
}

/** The script and the style that every HTML report carries within itself. */
async function writeReportPage() {
  await build({
    entryPoints: ['src/reports/page/page.ts', 'src/reports/page/page.css'],
    outdir: join(made, 'report'),
    bundle: true,
    minify: true,
    format: 'iife',
    target: ['chrome109', 'firefox115', 'safari16'],
    charset: 'utf8',
    logLevel: 'warning',
  })
}

/** The parts of the sources that the build itself needs. */
async function loadParts() {
  const { outputFiles } = await build({
    ...shared,
    stdin: {
      contents: `
        export { reportSchema } from './src/output/report-schema.ts'
        export { playbookSchema } from './src/cli/playbook-schema.ts'
        export { schemaCompiler } from './src/playbook/schema-compiler.ts'
        export { scheduleSchema } from './src/schedule/file-schema.ts'
        export { modules } from './modules/index.ts'
        export { default as standaloneCode } from 'ajv/dist/standalone/index.js'`,
      resolveDir: '.',
    },
    banner: { js: REQUIRE.replace('import.meta.url', JSON.stringify(import.meta.url)) },
    write: false,
  })
  const code = Buffer.from(outputFiles[0].contents).toString('base64')
  return await import(`data:text/javascript;base64,${code}`)
}

/** Puts the code of the modules' validators in the place of the file that would compile them. */
function validatorsMadeAhead({ schemaCompiler, standaloneCode, modules }) {
  const compiler = schemaCompiler({ source: true })
  for (const { name, params } of modules) compiler.addSchema(withoutWords(params), name)
  const code = standaloneCode(compiler, Object.fromEntries(modules.map(({ name }) => [name, name])))
  const contents = `const made = {};(exports => {${code}})(made);export const validatorOf = ({ name }) => made[name]`
  return {
    name: 'validators made ahead',
    setup: ({ onLoad }) =>
      onLoad({ filter: /src\/playbook\/validators\.ts$/ }, () => ({ contents, loader: 'js', resolveDir: '.' })),
  }
}

/** A schema without what is said to people: it would only make the code longer. */
function withoutWords(schema) {
  const isWords = (key, value) => key === 'description' && typeof value === 'string'
  return JSON.parse(JSON.stringify(schema, (key, value) => (isWords(key, value) ? undefined : value)))
}

async function writeSchemas({ reportSchema, playbookSchema, scheduleSchema, modules }) {
  await mkdir(join(made, 'schema'), { recursive: true })
  const schemas = { report: reportSchema, playbook: playbookSchema(modules), schedule: scheduleSchema }
  for (const [name, schema] of Object.entries(schemas)) {
    await writeFile(join(made, 'schema', `${name}.schema.json`), `${JSON.stringify(schema, null, 2)}\n`)
  }
}

/** The licenses of the packages in the bundle travel with it. */
async function writeLicenses(files) {
  const packages = files.flatMap((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? [])
  const texts = [...new Set(packages)].sort().map(async (name) => {
    const directory = join('node_modules', name)
    const license = (await readdir(directory)).find((file) => /^licen[cs]e/i.test(file))
    const { version, license: kind } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'))
    const text = license === undefined ? `${kind}\n` : await readFile(join(directory, license), 'utf8')
    return `${name} ${version}\n\n${text}`
  })
  await writeFile(join(made, 'LICENSES.txt'), (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`))
}
