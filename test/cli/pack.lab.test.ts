import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { folder, repository } from '../kit/story.ts'

interface Packed {
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

/** Runs npm to its end and gives what it said. */
const npm = (cwd: string, ...words: readonly string[]): string =>
  execFileSync('npm', words, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

describe('the package', () => {
  const place = folder({})
  let packed: Packed

  before(() => {
    const told = npm(repository, 'pack', '--ignore-scripts', '--json', '--pack-destination', place)
    packed = (JSON.parse(told) as readonly Packed[])[0] as Packed
  })

  it('holds only what runs, and what is read', () => {
    const odd = packed.files
      .map(({ path }) => path)
      .filter((path) => !/^(dist|playbooks|inventory)\/|^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(path))
    assert.deepEqual(odd, [])
    const paths = new Set(packed.files.map(({ path }) => path))
    for (const needed of ['dist/main.js', 'dist/LICENSES.txt', 'dist/schema/report.schema.json', 'LICENSE']) {
      assert.ok(paths.has(needed), needed)
    }
  })

  it('runs with npx in an empty folder', () => {
    const empty = folder({
      'site.yml': `- hosts: localhost
  tasks:
    - line_in_file: {path: ${place}/made, line: hello, create: yes}
`,
    })
    const tarball = join(place, packed.filename)
    const npx = (...words: readonly string[]): string =>
      npm(empty, 'exec', '--yes', '--prefer-offline', `--package=${tarball}`, '--', 'keyward', ...words)
    const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { version: string }
    assert.equal(npx('--version'), `${version}\n`)
    assert.match(npx('playbooks'), /playbooks that come along/)
    assert.match(npx('run', 'site.yml'), /localhost : ok=1 +changed=1 /)
    assert.ok(existsSync(join(place, 'made')))
  })
})
