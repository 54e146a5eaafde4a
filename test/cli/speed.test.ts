import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { mainFile } from '../kit/story.ts'

/** The most times as long as Node itself that a command may take to start: twice is one more start of Node. */
const COMMANDS = [
  { words: ['--version'], most: 2 },
  { words: ['--help'], most: 3 },
] as const
const ROUNDS = 30

const startMs = (...words: readonly string[]): number => {
  const begun = performance.now()
  execFileSync(process.execPath, words, { stdio: 'ignore' })
  return performance.now() - begun
}

describe('starting', () => {
  // what other work on the machine adds meets all of them: they take turns, the shortest counts, and a bad spell is waited out
  it('takes little more than Node itself', function () {
    this.timeout(120_000)
    const best = { bare: Number.POSITIVE_INFINITY, commands: COMMANDS.map(() => Number.POSITIVE_INFINITY) }
    const ratios = (): readonly number[] => best.commands.map((ms) => ms / best.bare)
    for (let round = 1; round <= ROUNDS; round += 1) {
      best.bare = Math.min(best.bare, startMs('-e', '0'))
      best.commands = COMMANDS.map(({ words }, index) =>
        Math.min(best.commands[index] ?? 0, startMs(mainFile, ...words)),
      )
      if (round >= 4 && COMMANDS.every(({ most }, index) => (ratios()[index] ?? 0) < most)) return
    }
    assert.fail(
      `${COMMANDS.map(({ words }) => words)} take ${ratios().map((ratio) => ratio.toFixed(2))} times as long as node -e 0`,
    )
  })
})
