import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { UserError } from '../contract/errors.ts'
import { type CommandEntry, commands } from './commands.ts'
import { type Flag, foreignFlags } from './flags.ts'
import { Interrupted } from './interrupt.ts'
import { printMistakes } from './mistakes.ts'
import { startingPoints } from './start.ts'
import type { Surroundings } from './surroundings.ts'
import { versionOf } from './version.ts'

/** Does what the command line says and gives the exit code; wrong input ends here, with every mistake told. */
export const runCommandLine = async (around: Surroundings): Promise<number> => {
  let code = 0
  const program = programOf(around, (ended) => {
    code = ended
  })
  try {
    if (around.argv.length === 0) around.stdout.write(startingPoints(around.program))
    else await program.parseAsync([...around.argv], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    if (error instanceof Interrupted) return INTERRUPTED
    const wrong = error instanceof CommanderError ? flagError(error) : error
    if (wrong instanceof UserError) return printMistakes(wrong, around)
    throw error
  }
}

const INTERRUPTED = 130

const EXIT_CODES = `
Exit codes:
  0    as wanted
  1    the input is wrong, and nothing was touched
  2    a host failed
  3    check, audit: something would change
  4    a host was not reached, or its key is not known
  130  interrupted`

const programOf = (around: Surroundings, ended: (code: number) => void): Command => {
  const program = new Command('keyward')
    .description('who may log in to your machines over SSH, and how: an agentless playbook runner')
    .version(versionOf(around.home), '-V, --version', 'the version')
    .helpOption('-h, --help', 'this help')
    .helpCommand('help [command]', 'the help of a command')
    .configureHelp({ showGlobalOptions: false, helpWidth: Math.min(around.stdout.size().columns, 110) })
    .configureOutput({ writeOut: (text) => around.stdout.write(text), writeErr: () => {}, outputError: () => {} })
    .addHelpText('after', EXIT_CODES)
    .exitOverride()
  for (const entry of commands) addCommand(program, entry, around, ended)
  return program
}

const addCommand = (
  program: Command,
  entry: CommandEntry,
  around: Surroundings,
  ended: (code: number) => void,
): void => {
  const command = program.command(`${entry.name} ${entry.takes}`.trim()).description(entry.summary)
  for (const flag of entry.flags) command.addOption(optionOf(flag))
  command.action(async () => {
    ended(await entry.run({ args: command.args, flags: { ...nothingGiven(entry.flags), ...command.opts() } }, around))
  })
}

const optionOf = (flag: Flag): Option => {
  const option = new Option(flag.form, flag.help)
  if (flag.choices !== undefined) option.choices([...flag.choices])
  if (flag.default !== undefined) option.default(flag.default)
  if (flag.hidden) option.hideHelp()
  if (flag.atLeast !== undefined) option.argParser(wholeNumber(flag.atLeast))
  if (flag.many === 'list') option.argParser((value: string, before: readonly string[] = []) => [...before, value])
  if (flag.many === 'count') option.argParser((_value, before: number = 0) => before + 1)
  return option
}

/** The values of flags that add up, where none is given: commander would tell them as defaults. */
const nothingGiven = (flags: readonly Flag[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    flags
      .filter(({ many }) => many !== undefined)
      .map((flag) => [optionOf(flag).attributeName(), flag.many === 'list' ? [] : 0]),
  )

const wholeNumber =
  (least: number) =>
  (text: string): number => {
    if (/^[0-9]{1,9}$/.test(text) && Number(text) >= least) return Number(text)
    throw new InvalidArgumentError(`It is not a whole number of at least ${least}.`)
  }

/** A mistake in the flags, in the words of every other mistake. */
const flagError = (error: CommanderError): UserError => {
  const [, message = '', suggestion] =
    /^(?:error: )?(.*?)(?:\s*\((?:Did you mean (.*))\?\))?$/s.exec(error.message) ?? []
  const flag = /unknown option '([^'=]+)/.exec(message)?.[1]
  const foreign = flag === undefined ? undefined : foreignFlags[flag]
  if (foreign !== undefined) return new UserError(`${flag}: ${foreign}`)
  const hint = suggestion === undefined ? HINTS[error.code] : `did you mean ${suggestion.replace('one of ', '')}?`
  return new UserError(message.trim(), hint === undefined ? {} : { hint })
}

const HINTS: Readonly<Record<string, string>> = {
  'commander.missingArgument': 'keyward run PLAYBOOK -i INVENTORY; keyward playbooks lists those that come along',
  'commander.unknownCommand': 'keyward --help lists the commands',
  'commander.unknownOption': 'keyward COMMAND --help lists its flags',
}
