import { UserError } from '../contract/errors.ts'
import { runPlaybooks } from '../engine/run.ts'
import { gatherFacts } from '../facts/gather.ts'
import { askingIn, askPasswords } from './asking.ts'
import type { Words } from './commands.ts'
import { connectionsOf } from './connections.ts'
import type { RunFlags } from './flags.ts'
import { watchInterrupts } from './interrupt.ts'
import { listing } from './listing.ts'
import { loadAll } from './load.ts'
import { offersOf } from './offers.ts'
import { hasTerminal } from './prompt.ts'
import type { Surroundings } from './surroundings.ts'
import { tellingTo } from './telling.ts'
import { openOutput, outputKind } from './told.ts'
import { validate } from './validate.ts'

/** Converges the hosts of playbooks, or shows in a dry run what would change; gives the exit code. */
export const run = async (command: 'run' | 'check', words: Words, around: Surroundings): Promise<number> => {
  const flags = words.flags as RunFlags
  if (flags.syntaxCheck) return await validate(words, around)
  const loaded = await loadAll(words.args, flags)
  if (flags.listHosts || flags.listTasks || flags.listTags) {
    around.stdout.write(listing(loaded.playbooks, flags, { hosts: loaded.hostsOf, tasks: loaded.tasksOf }))
    return 0
  }
  const mode = flags.check ? 'check' : command
  if (flags.step && !hasTerminal()) throw new UserError('--step asks on the terminal, and there is none')
  const passwords = await askPasswords(flags)
  const output = await openOutput(outputKind(flags, around), {
    flags,
    diffs: flags.diff ?? mode === 'check',
    offers: offersOf(around.program, around.argv, {
      inventory: flags.inventory,
      limit: flags.limit,
      hosts: loaded.hosts.length,
    }),
    around,
  })
  const telling = tellingTo(output)
  const interrupt = watchInterrupts(() => telling.tell({ kind: 'interrupted' }))
  const asking = askingIn(output, interrupt)
  const connections = connectionsOf(loaded, { flags, passwords, asking, telling, around })
  try {
    await connections.openKeys()
    const report = await runPlaybooks({
      ...loaded,
      mode,
      reach: connections.reach,
      connect: connections.connect,
      gatherFacts,
      become: { become: flags.become === true, user: flags.becomeUser ?? null },
      forks: flags.forks,
      interrupt,
      step: flags.step ? asking.step : null,
      clock: () => new Date(),
      tell: telling.tell,
    })
    return report.exitCode
  } finally {
    interrupt.close()
    await output.close()
    telling.check()
  }
}
