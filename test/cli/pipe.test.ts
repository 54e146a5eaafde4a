import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { folder, mainFile } from '../kit/story.ts'

describe('a pipe that nobody reads to its end', () => {
  it('never ends a run between two changes', () => {
    const place = folder({})
    const made = join(place, 'made')
    const site = folder({
      'site.yml': `- hosts: localhost
  tasks:
    - line_in_file: {path: ${made}, line: "{{ item }}", create: yes}
      loop: [one, two, three, four, five, six, seven, eight]
`,
    })
    const script = `"$0" ${mainFile} run ${site}/site.yml -v | head -n 1; echo "\${PIPESTATUS[0]}"`
    const told = execFileSync('bash', ['-c', script, process.execPath], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    assert.equal(told, '\n0\n')
    assert.equal(readFileSync(made, 'utf8').split('\n').length, 9)
  })
})

describe('a place for the output that is full', () => {
  it('ends nothing, and is said', () => {
    const site = folder({ 'site.yml': '- hosts: localhost\n  tasks: [{file: {path: /, state: directory}}]\n' })
    const words = [mainFile, 'check', join(site, 'site.yml'), '--output', 'json']
    const { status, stderr } = spawnSync(process.execPath, words, {
      encoding: 'utf8',
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    })
    assert.deepEqual(
      [status, stderr],
      [0, 'keyward: what is told cannot be written: ENOSPC: no space left on device, write\n'],
    )
  })
})
