import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { mainFile } from '../kit/story.ts'

/** The shortest of some starts of Node, in milliseconds: what other work on the machine adds does not count. */
const shortestMs = (...words: readonly string[]): number => {
  const times = Array.from({ length: 5 }, () => {
    const begun = performance.now()
    execFileSync(process.execPath, words, { stdio: 'ignore' })
    return performance.now() - begun
  })
  return Math.min(...times)
}

describe('starting', () => {
  it('adds little to the start of Node itself: 40 ms for the version, 100 ms for the help', () => {
    const bare = shortestMs('-e', '0')
    const version = shortestMs(mainFile, '--version') - bare
    const help = shortestMs(mainFile, '--help') - bare
    assert.ok(version < 40, `the version takes ${version.toFixed(0)} ms more than node -e 0`)
    assert.ok(help < 100, `the help takes ${help.toFixed(0)} ms more than node -e 0`)
  })
})
