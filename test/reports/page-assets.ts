import { join } from 'node:path'
import { build } from 'esbuild'
import type { Assets } from '../../src/reports/html.ts'

/** The page's script and style, as the build makes them. */
export const pageAssets = async (): Promise<Assets> => {
  const folder = join(import.meta.dirname, '../../src/reports/page')
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'page.ts'), join(folder, 'page.css')],
    outdir: '/nowhere',
    bundle: true,
    minify: true,
    format: 'iife',
    target: ['chrome109', 'firefox115', 'safari16'],
    charset: 'utf8',
    write: false,
  })
  const textOf = (end: string): string => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? ''
  return { script: textOf('.js'), style: textOf('.css') }
}
