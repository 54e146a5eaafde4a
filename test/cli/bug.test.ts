import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { folder, repository } from '../kit/story.ts'

describe('a bug', () => {
  it('is called one, with its trace, and ends with 70', () => {
    // without its package.json keyward does not know its version, which no user could help
    const place = folder({})
    cpSync(join(repository, 'dist'), join(place, 'dist'), { recursive: true })
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(place, 'dist/main.js'), '--help'], {
      encoding: 'utf8',
    })
    assert.equal(status, 70)
    assert.equal(stdout, '')
    assert.match(stderr, /^this is a bug in keyward, not a mistake of yours:\nError: ENOENT.*package\.json'\n +at /)
  })
})
