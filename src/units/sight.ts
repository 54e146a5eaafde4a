import type { Look } from '../contract/look.ts'
import { questions } from '../contract/questions.ts'
import { NEUTRAL, SSHD_CONFIG } from '../sshd/ask.ts'
import { type Clocks, parseClocks } from './load-time.ts'
import { candidateNames, isSshd, plainName, programOf } from './names.ts'
import { PROPERTIES } from './systemd.ts'

/** What a machine told of a service when it was asked. */
export interface Sight {
  /** the process of its pid file, which lives */
  readonly daemon: { readonly pid: number; readonly file: string } | null
  /** the unit of systemd in which that process is; systemd itself was not asked then */
  readonly unit: string | null
  /** the process of its name, where there is no such file, as /proc/PID/stat shows it */
  readonly process: { readonly pid: number; readonly stat: string } | null
  readonly clocks: Clocks | null
  /** its files are newer than its pid file, and would be taken */
  readonly isAccepted: boolean
  /** what systemctl said, and of which units */
  readonly systemd: { readonly names: readonly string[]; readonly shown: string } | null
  readonly isOpenrc: boolean
  /** its scripts in /etc/init.d */
  readonly scripts: readonly string[]
  /** the links by which it is started when the machine boots */
  readonly starts: readonly string[]
  /** how the last program ended, and what it complained about */
  readonly code: number
  readonly stderr: string
}

/**
 * Looks at a service by one question. A brief look leaves systemd alone where sshd's pid file, which sshd writes at each
 * load, and its process say enough.
 */
export const lookAtUnit = async (on: Look, name: string, isBrief: boolean): Promise<Sight> => {
  const names = candidateNames(name)
  const brief = isBrief && isSshd(name)
  // only root can have sshd judge its files
  const check = brief && on.connection.power === 'root' ? questions.sshdObeys(NEUTRAL) : null
  const question = questions.unit({
    program: programOf(name),
    names,
    sockets: names.map((one) => `${plainName(one)}.socket`),
    properties: PROPERTIES,
    brief,
    ...(check === null ? {} : { config: SSHD_CONFIG, check }),
  })
  return parseSight(await on.ask(question))
}

/** Reads what `questions.unit` puts out. */
export const parseSight = (answer: {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}): Sight => {
  const [, own = '', names, shown = ''] =
    /^((?:(?!systemd ).*\n)*)(?:systemd (.*)\n([\s\S]*))?/.exec(answer.stdout) ?? []
  const lines = own.split('\n')
  const all = (word: string): readonly string[] =>
    lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []))
  const numbered = (word: string): readonly [number, string] | null => {
    const [, number, rest = ''] = /^(\d+) ?(.*)$/.exec(all(word)[0] ?? '') ?? []
    return number === undefined ? null : [Number(number), rest]
  }
  const [daemon, process] = [numbered('daemon'), numbered('process')]
  const clocks = own.lastIndexOf('clocks\n')
  return {
    daemon: daemon && { pid: daemon[0], file: daemon[1] },
    unit: all('unit')[0] ?? null,
    process: process && { pid: process[0], stat: process[1] },
    clocks: clocks < 0 ? null : parseClocks(own.slice(clocks + 'clocks\n'.length)),
    isAccepted: /^accepted$/m.test(own),
    systemd: names === undefined ? null : { names: names.split(' '), shown },
    isOpenrc: /^openrc$/m.test(own),
    scripts: all('script'),
    starts: all('starts'),
    code: answer.code,
    stderr: answer.stderr,
  }
}
