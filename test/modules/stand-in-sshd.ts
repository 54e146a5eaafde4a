import { statements } from '../../src/formats/sshd-tree.ts'
import { treeOf } from '../formats/sshd-recordings.ts'
import type { Asked, FakeHost } from '../kit/fake-look.ts'

const DEFAULTS: Readonly<Record<string, string>> = {
  authorizedkeysfile: '.ssh/authorized_keys',
  passwordauthentication: 'yes',
  pubkeyauthentication: 'yes',
  kbdinteractiveauthentication: 'yes',
  permitrootlogin: 'without-password',
  logingracetime: '120',
  x11forwarding: 'no',
  banner: 'none',
  port: '22',
  usepam: 'no',
}
const FLAGS = new Set([
  'passwordauthentication',
  'pubkeyauthentication',
  'kbdinteractiveauthentication',
  'x11forwarding',
  'usepam',
])
const SECONDS: Readonly<Record<string, string>> = { '1m': '60', 'prohibit-password': 'without-password' }

/** Answers for an sshd 9.2 that knows a handful of keywords, Match User and Include, and the first value wins. */
export const standInSshd =
  (files: () => Readonly<Record<string, string>>, ails?: string): NonNullable<FakeHost['answer']> =>
  ({ argv, text }: Asked) => {
    if (argv[0] === 'unshare') return { code: 1, stderr: 'unshare: unshare failed: Operation not permitted' }
    if (argv[0] !== '/usr/sbin/sshd') return undefined
    if (argv[1] === '-V')
      return { code: 1, stderr: 'unknown option -- V\nOpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.20' }
    if (ails !== undefined) return { code: 255, stderr: `${ails}\n` }
    const root = argv.includes('-f') ? (argv[argv.indexOf('-f') + 1] ?? '') : '/etc/ssh/sshd_config'
    const user = /user=([^,]*)/.exec(argv.at(-1) ?? '')?.[1] ?? ''
    return obeyed(root === '/dev/stdin' ? { [root]: text ?? '' } : files(), root, user)
  }

const obeyed = (files: Readonly<Record<string, string>>, root: string, user: string) => {
  const found = new Map<string, string>()
  for (const one of [true, false]) {
    for (const { file, number, line, within } of statements(treeOf(files, 'new', root))) {
      if (line.name === '' || line.name === 'match' || line.name === 'include') continue
      const value = line.value.replaceAll('"', '').toLowerCase()
      if (DEFAULTS[line.name] === undefined && line.name !== 'allowusers') {
        return refusal(`${file}: line ${number}: Bad configuration option: ${line.keyword}`)
      }
      if (FLAGS.has(line.name) && !['yes', 'no'].includes(value)) {
        return refusal(`${file} line ${number}: unsupported option "${value}".`)
      }
      const applies = within.flat().every(({ name, patterns }) => name === 'all' || patterns.split(',').includes(user))
      if (within.length > 0 === one && applies && !found.has(line.name)) found.set(line.name, SECONDS[value] ?? value)
    }
  }
  const all = { ...DEFAULTS, ...Object.fromEntries(found) }
  return {
    stdout: Object.entries(all)
      .map(([name, value]) => `${name} ${value}\n`)
      .join(''),
  }
}

const refusal = (why: string) => ({ code: 255, stderr: `${why}\n` })
