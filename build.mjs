// Bundles the command line into dist/, so that starting reads few files, and writes the JSON Schemas that ship with it.
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { build } from 'esbuild'

// the CommonJS packages in the bundle need a require of their own
const REQUIRE =
  "import { createRequire as makeRequire } from 'node:module'\nconst require = makeRequire(import.meta.url)"

const shared = { bundle: true, format: 'esm', platform: 'node', target: 'node20.19', logLevel: 'warning' }

await rm('dist', { recursive: true, force: true })
await build({
  ...shared,
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  splitting: true,
  chunkNames: 'parts/[name]-[hash]',
  sourcemap: true,
  sourcesContent: false,
  // ssh2 looks for its native parts beside itself
  external: ['ssh2', 'cpu-features', '*.node'],
  banner: { js: REQUIRE },
})
await chmod('dist/main.js', 0o755)

const { outputFiles } = await build({
  ...shared,
  stdin: {
    contents: `
      export { reportSchema } from './src/output/report-schema.ts'
      export { playbookSchema } from './src/cli/playbook-schema.ts'
      export { modules } from './modules/index.ts'`,
    resolveDir: '.',
  },
  write: false,
})
const code = Buffer.from(outputFiles[0].contents).toString('base64')
const { reportSchema, playbookSchema, modules } = await import(`data:text/javascript;base64,${code}`)
await mkdir('dist/schema')
const schemas = { report: reportSchema, playbook: playbookSchema(modules) }
for (const [name, schema] of Object.entries(schemas)) {
  await writeFile(`dist/schema/${name}.schema.json`, `${JSON.stringify(schema, null, 2)}\n`)
}
