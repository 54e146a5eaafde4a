import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
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
