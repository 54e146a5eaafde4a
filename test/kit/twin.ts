import { spawnSync } from 'node:child_process'
import type { Command, Question } from '../../src/contract/questions.ts'
import { newMark, type RawAnswer } from '../../src/host/frame.ts'
import { CANNOT, perlPart, perlProgram, spoken, twinAsk } from '../../src/host/perl.ts'
import { PERL_LOOK } from '../../src/host/perl-look.ts'
import { PERL_POWERS } from '../../src/host/perl-powers.ts'
import type { Witness } from '../../src/host/witness.ts'

/** What a perl is given on its standard input to answer a command by its twin, and how its answer is read. */
export interface TwinRun {
  readonly argv: readonly string[]
  readonly stdin: Buffer
  /** null: it left that to the script */
  read(said: { readonly stdout: Buffer; readonly stderr: Buffer | string }): RawAnswer | null
}

/** Has the twin of a command run by itself, with the looks there or not; no script stands behind it. */
export const twinRun = (
  command: Command & Pick<Question, 'tells'>,
  {
    globs = [],
    relied = null,
    withLook = true,
  }: { readonly globs?: readonly string[]; readonly relied?: Witness | null; readonly withLook?: boolean } = {},
): TwinRun => {
  const ask = twinAsk(command, { globs, relied })
  if (ask === null) throw new Error('this command has no twin')
  const mark = newMark()
  const parts = [...(withLook ? [PERL_POWERS, PERL_LOOK] : []), ...ask.parts]
  const frame = spoken({ defined: '', script: '', mark, ask, again: true })
  return {
    argv: ['/usr/bin/perl', '-C0', '-e', 'eval substr<STDIN>,1;print STDERR $@'],
    stdin: Buffer.concat([perlProgram(), ...parts.map(perlPart), frame]),
    read({ stdout, stderr: said }) {
      const stderr = Buffer.from(said)
      const [end, complaintsEnd] = [stdout.lastIndexOf(mark), stderr.lastIndexOf(mark)]
      const code = Number(stdout.toString('latin1', end + mark.length))
      if (end < 0 || complaintsEnd < 0) throw new Error(`perl broke off: ${stdout}${stderr}`)
      if (code === CANNOT && end === 0) return null
      return { code, stdout: stdout.subarray(0, end), stderr: stderr.subarray(0, complaintsEnd) }
    },
  }
}

/** The same on this computer. */
export const ranHere = (run: TwinRun, env: NodeJS.ProcessEnv = process.env): RawAnswer | null => {
  const [perl = '', ...words] = run.argv
  return run.read(spawnSync(perl, words, { input: run.stdin, env }))
}
