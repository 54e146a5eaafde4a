import assert from 'node:assert/strict'
import { join } from 'node:path'
import { folder, mainFile } from '../kit/story.ts'
import { busyInventory, busyPlaybook } from './busy-site.ts'
import { costOf } from './cost.ts'

const site = folder({ 'site.yml': busyPlaybook, 'hosts.yml': busyInventory(50) })

/** The most times the CPU of Node's own start that a command may take: twice is one more start of Node. */
const COMMANDS: readonly { readonly words: readonly string[]; readonly most: number }[] = [
  { words: ['--version'], most: 2.5 },
  { words: ['--help'], most: 2.5 },
  // fifty tasks with every module, for fifty hosts
  { words: ['validate', join(site, 'site.yml'), '-i', join(site, 'hosts.yml')], most: 8.5 },
]
const ROUNDS = 30

const startMs = (...words: readonly string[]): number => costOf(words).cpuMs

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
      `${COMMANDS.map(({ words }) => words[0])} take ${ratios().map((ratio) => ratio.toFixed(2))} times the CPU of node -e 0`,
    )
  })
})
