import { UserError } from '../contract/errors.ts'
import type { Mode } from '../engine/event.ts'
import { runPlaybooks } from '../engine/run.ts'
import { gatherFacts } from '../facts/gather.ts'
import { askingIn, askPasswords } from './asking.ts'
import type { Words } from './commands.ts'
import { connectionsOf } from './connections.ts'
import type { RunFlags } from './flags.ts'
import { watchInterrupts } from './interrupt.ts'
import { openKeeping } from './keeping.ts'
import { keepHeapLean } from './lean-heap.ts'
import { listing } from './listing.ts'
import { loadAll } from './load.ts'
import { offersOf } from './offers.ts'
import { hasTerminal } from './prompt.ts'
import type { Surroundings } from './surroundings.ts'
import { tellingTo } from './telling.ts'
import { openOutput, outputKind } from './told.ts'
import { validate } from './validate.ts'
import { openWaiving, waiverNotes, waiversOf, withWaiverNotes } from './waiving.ts'

/** Converges the hosts of playbooks, or shows in a dry run what would change, which an audit keeps; gives the exit code. */
export const run = async (command: Mode, words: Words, around: Surroundings): Promise<number> => {
  const flags = words.flags as RunFlags
  if (flags.syntaxCheck) return await validate(words, around)
  const loaded = await loadAll(words.args, flags)
  if (flags.listHosts || flags.listTasks || flags.listTags) {
    around.stdout.write(listing(loaded.playbooks, flags, { hosts: loaded.hostsOf, tasks: loaded.tasksOf }))
    return 0
  }
  const mode = modeOf(command, flags)
  if (flags.step && !hasTerminal()) throw new UserError('--step asks on the terminal, and there is none')
  const waivers = waiversOf(flags, loaded, around)
  const passwords = await askPasswords(flags)
  const output = await openOutput(outputKind(flags, around), {
    flags,
    diffs: flags.diff ?? mode !== 'run',
    offers: offersOf(around.program, around.argv, {
      inventory: flags.inventory,
      limit: flags.limit,
      hosts: loaded.hosts.length,
    }),
    around,
  })
  const telling = tellingTo(output)
  const keeping = await openKeeping(mode, flags, loaded, around)
  const waiving = openWaiving(waivers, { around, previous: keeping?.previous ?? null })
  const interrupt = watchInterrupts(() => telling.tell({ kind: 'interrupted' }))
  const asking = askingIn(output, interrupt)
  const connections = connectionsOf(loaded, { flags, passwords, asking, telling, around, anew: mode === 'audit' })
  try {
    await connections.openKeys()
    keepHeapLean(Math.min(flags.forks, loaded.hosts.length))
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
      waive: waiving?.waive ?? null,
      keep:
        keeping === null
          ? null
          : async (report) => await keeping.keep(withWaiverNotes(report, waiving, flags), telling.note),
      clock: around.clock,
      tell: (event) => {
        if (event.kind === 'run ended') for (const note of waiverNotes(event.report, waiving, flags)) telling.note(note)
        telling.tell(event)
      },
    })
    return report.exitCode
  } finally {
    interrupt.close()
    keeping?.close()
    await output.close()
    telling.check()
  }
}

const modeOf = (command: Mode, { check }: RunFlags): Mode => {
  if (!check || command === 'check') return command
  if (command === 'run') return 'check'
  throw new UserError('an audit is a dry run: --check says nothing more', { hint: 'leave it out' })
}
