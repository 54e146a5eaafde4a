import { bytesOf } from '../contract/bytes.ts'
import type { Command, Question, Twin } from '../contract/questions.ts'
import type { Library } from './library.ts'
import { MAIN } from './perl-main.ts'
import type { Witness } from './witness.ts'

/** A part of the program that a host's perl runs: defined once per session, where a frame needs it first. */
export type PerlPart = Twin

/** What perl is asked instead of a script; what it cannot answer the same way, it leaves to the script. */
export interface PerlAsk {
  /** which of the parts it defines is asked */
  readonly name: string
  readonly parts: readonly PerlPart[]
  readonly fields: readonly string[]
  /** what scripts among the fields need */
  readonly libraries: readonly Library[]
}

const PERL = '/usr/bin/perl'

/**
 * A script of one line that becomes perl where a host has it, and else a shell. Perl takes the language of what the system
 * says from how it is started, in older versions for good.
 */
export const PERL_OR_SHELL = `[ -x ${PERL} ] && LC_ALL=C exec ${PERL} -C0 -e "eval substr<STDIN>,1;print STDERR \\$@"; exec /bin/sh`

/** What a session is sent first: a comment to a shell, and to perl its program. */
export const perlProgram = (): Buffer => Buffer.from(`#${flat(MAIN)}\n`, 'latin1')

/** What defines a part: a comment to a shell. */
export const perlPart = ({ text }: PerlPart): Buffer => Buffer.from(`#P${flat(text)}\n`, 'latin1')

/** What is answered where perl leaves something to the script, and was sent none. */
export const CANNOT = 217

/**
 * What perl is sent before it is asked again: behind something that changes what later frames rest on, and that it left to
 * a script which it was not sent, it answers every frame so, and does nothing.
 */
export const GO_ON: Buffer = Buffer.from('#R\n', 'latin1')

/** The frame by which a shell says that it is no perl. */
export const noPerl = (mark: string): string => `printf ${mark}${CANNOT}; printf ${mark} >&2\n`

/**
 * Writes a frame for whoever reads it: a shell takes the first line for a comment, and perl learns from it how long the
 * texts are that follow, by which mark it answers, and what it may answer itself.
 *
 * @param defined what defines functions of sh that the frame may need
 * @param script the frame for a shell; '' where perl is there
 * @param again it only looks
 */
export const spoken = (about: {
  defined: string
  script: string
  mark: string
  ask: PerlAsk | undefined
  again: boolean
}): Buffer => {
  const [defined, script] = [bytesOf(about.defined), bytesOf(about.script)]
  const { mark, ask, again } = about
  const fields = [
    `${defined.length}`,
    `${script.length}`,
    mark,
    ...(ask === undefined ? [] : [ask.name, ...ask.fields.map(field)]),
  ]
  return Buffer.concat([Buffer.from(`#${again ? 'K' : 'C'}${fields.join('\t')}\n`, 'latin1'), defined, script])
}

const field = (text: string): string =>
  bytesOf(text)
    .toString('latin1')
    .replace(/[%\t\n\r\0]/g, (letter) => `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`)

/** A program in one line; a line of it that begins with # is a comment. */
export const flat = (text: string): string => {
  const known = flats.get(text)
  if (known !== undefined) return known
  const line = text
    .split('\n')
    .map((one) => one.trim())
    .filter((one) => one !== '' && !one.startsWith('#'))
    .join(' ')
  flats.set(text, line)
  return line
}
const flats = new Map<string, string>()

/** Says whether perl may be used: not with KEYWARD_TOOLS=plain, which tells whether a trouble is of perl. */
export const isPerlWanted = (): boolean => process.env.KEYWARD_TOOLS !== 'plain'

/**
 * What perl is asked instead of a command; null where that has no twin. Before the arguments of a question that may ask
 * another one on its way are the files that decide that answer, in one word; '' where nobody wants to hear it. Before those
 * of a command that relies on an answer are its files, and how they were then: their state and lines; '' where it is not known.
 */
export const twinAsk = (
  command: Command & Pick<Question, 'tells'>,
  {
    globs = [],
    relied = null,
  }: { readonly globs?: readonly string[] | undefined; readonly relied?: Witness | null } = {},
): PerlAsk | null => {
  const { twin, argv, env, inPlace, tells, relies } = command
  if (twin === undefined || env !== undefined || !inPlace) return null
  const files = relied === null ? ['', '', ''] : [(relies?.decidedBy ?? []).join(' '), relied.state, relied.stats]
  const before = [...(tells === undefined ? [] : [globs.join(' ')]), ...(relies === undefined ? [] : files)]
  const fields = [...before, ...argv.slice(SCRIPT_WORDS)]
  return { name: twin.name, parts: [twin], fields, libraries: [] }
}

// sh -c SCRIPT sh
const SCRIPT_WORDS = 4
