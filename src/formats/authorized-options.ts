/** What the options before a key mean to sshd; two texts that mean the same give equal effects. */
export interface KeyOptions {
  /** the flags that were said, without `no-`, in lower case, with the last word on each */
  readonly flags: Readonly<Record<string, boolean>>
  readonly command: string | null
  readonly principals: string | null
  readonly from: string | null
  /** dates as written; the earliest counts */
  readonly expiry: readonly string[]
  readonly environment: readonly string[]
  readonly permitopen: readonly string[]
  readonly permitlisten: readonly string[]
  readonly tunnel: string | null
  /** ports that permitopen and permitlisten name by a service */
  readonly portNames: readonly string[]
  /** the names of all that was said, in lower case and as OpenSSH dates them */
  readonly names: readonly string[]
}

/** Says why sshd passes over a line, in its own words where it has some. */
export interface BadOptions {
  readonly problem: string
}

/** Reads the options of a line as sshd(8) does: letter case of names does not count, order does where one word undoes another. */
export const readOptions = (text: string): KeyOptions | BadOptions => {
  const found: Found = { flags: {}, values: {}, names: [] }
  let rest = text
  while (rest !== '') {
    const option = nextOption(rest, found)
    if ('problem' in option) return option
    rest = option.rest
    if (rest === '') break
    if (!rest.startsWith(',')) return { problem: unknownOption(rest, option.said) }
    rest = rest.slice(1)
  }
  const problem = PROBLEMS.map((find) => find(found)).find((one) => one !== null)
  return problem === undefined || problem === null ? effectOf(found) : { problem }
}

/** Says whether reading options failed. */
export const isBadOptions = (options: KeyOptions | BadOptions): options is BadOptions => 'problem' in options

/** Says whether two option texts let in the same: null and an empty text are no options. */
export const sameOptions = (one: string | null, other: string | null): boolean => {
  if ((one ?? '') === (other ?? '')) return true
  const [a, b] = [readOptions(one ?? ''), readOptions(other ?? '')]
  if (isBadOptions(a) || isBadOptions(b)) return false
  return fingerprintOfEffect(a) === fingerprintOfEffect(b)
}

/** The first release of OpenSSH that reads all of these options, as `7.4`; null where every one does. */
export const sinceRelease = (options: KeyOptions): { readonly release: string; readonly option: string } | null => {
  const dated = options.names.flatMap((option) =>
    SINCE[option] === undefined ? [] : [{ option, release: SINCE[option] }],
  )
  const utc = options.expiry.some((date) => /(z|utc)$/i.test(date))
  const all = utc ? [...dated, { option: 'expiry-time in UTC', release: '9.1' }] : dated
  return all.sort((a, b) => Number(b.release) - Number(a.release))[0] ?? null
}

interface Found {
  readonly flags: Record<string, boolean>
  readonly values: Record<string, string[]>
  readonly names: string[]
}

type Step = { readonly rest: string; readonly said: string } | BadOptions

// one that no other one begins with stands first: sshd compares beginnings
const FLAGS: readonly { readonly name: string; readonly negatable: boolean }[] = [
  { name: 'restrict', negatable: false },
  { name: 'cert-authority', negatable: false },
  ...[
    'port-forwarding',
    'agent-forwarding',
    'x11-forwarding',
    'touch-required',
    'verify-required',
    'pty',
    'user-rc',
  ].map((name) => ({ name, negatable: true })),
]

const VALUES = ['command', 'principals', 'from', 'expiry-time', 'environment', 'permitopen', 'permitlisten', 'tunnel']

const ONCE = new Set(['command', 'principals', 'from'])

const SINCE: Readonly<Record<string, string>> = {
  'expiry-time': '7.7',
  permitlisten: '7.8',
  'touch-required': '8.2',
  'verify-required': '8.4',
}

const nextOption = (rest: string, found: Found): Step => {
  for (const { name, negatable } of FLAGS) {
    const no = negatable && /^no-/i.test(rest)
    const word = rest.slice(no ? 3 : 0, (no ? 3 : 0) + name.length)
    if (word.toLowerCase() !== name) continue
    found.names.push(name)
    found.flags[name] = !no
    // what was allowed before is forbidden again; what is allowed after it stays
    if (name === 'restrict') for (const flag of RESTRICTED) found.flags[flag] = false
    return { rest: rest.slice((no ? 3 : 0) + name.length), said: name }
  }
  for (const name of VALUES) {
    if (rest.slice(0, name.length + 1).toLowerCase() !== `${name}=`) continue
    const value = dequote(rest.slice(name.length + 1))
    if ('problem' in value) return { problem: `${value.problem} after ${name}=` }
    const known = found.values[name] ?? []
    if (ONCE.has(name) && known.length > 0) return { problem: `multiple "${name}" clauses` }
    found.values[name] = [...known, value.text]
    found.names.push(name)
    return { rest: value.rest, said: name }
  }
  return { rest, said: '' }
}

const RESTRICTED = ['port-forwarding', 'agent-forwarding', 'x11-forwarding', 'pty', 'user-rc']

const dequote = (text: string): { readonly text: string; readonly rest: string } | BadOptions => {
  if (!text.startsWith('"')) return { problem: 'missing start quote' }
  const [whole, inner] = /^"((?:\\"|[^"\\]|\\(?!"))*)"/s.exec(text) ?? []
  if (whole === undefined || inner === undefined) return { problem: 'missing end quote' }
  return { text: inner.replaceAll('\\"', '"'), rest: text.slice(whole.length) }
}

const unknownOption = (rest: string, said: string): string => {
  const word = /^[^,=" \t]*/.exec(rest)?.[0] ?? ''
  if (/^[ \t]/.test(rest)) return 'a blank outside quotes ends the options (one after a comma, for example)'
  return `unknown key option "${said}${word}"`
}

const effectOf = ({ flags, values, names }: Found): KeyOptions => ({
  flags,
  command: values.command?.[0] ?? null,
  principals: values.principals?.[0] ?? null,
  from: values.from?.[0] ?? null,
  expiry: values['expiry-time'] ?? [],
  environment: values.environment ?? [],
  permitopen: values.permitopen ?? [],
  permitlisten: values.permitlisten ?? [],
  tunnel: values.tunnel?.at(-1) ?? null,
  portNames: permits(values).flatMap((one) => {
    const port = permittedPort(one)
    return port !== null && SERVICE.test(port) ? [port] : []
  }),
  names,
})

const fingerprintOfEffect = ({ flags, names: _names, portNames: _ports, ...rest }: KeyOptions): string =>
  JSON.stringify([
    Object.entries({ ...DEFAULTS, ...flags }).sort(([a], [b]) => (a < b ? -1 : 1)),
    { ...rest, permitopen: [...rest.permitopen].sort(), permitlisten: [...rest.permitlisten].sort() },
  ])

const DEFAULTS: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(RESTRICTED.map((flag) => [flag, true])),
  'touch-required': true,
  'verify-required': false,
}

const PROBLEMS: readonly ((found: Found) => string | null)[] = [
  ({ values }) =>
    (values['expiry-time'] ?? []).some((date) => !EXPIRY.test(date))
      ? 'invalid expires time: sshd reads YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, with Z at the end for UTC'
      : null,
  ({ values }) =>
    (values.environment ?? []).some((one) => !/^[A-Za-z0-9_]+=/.test(one)) ? 'invalid environment string' : null,
  ({ values }) =>
    permits(values)
      .map(permitProblem)
      .find((problem) => problem !== null) ?? null,
  ({ values }) => ((values.tunnel ?? []).some((one) => !/^(any|\d{1,9})$/i.test(one)) ? 'invalid tun device' : null),
]

const EXPIRY = /^\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(([01]\d|2[0-3])[0-5]\d([0-5]\d|60)?)?(z|utc)?$/i

/** What permitopen and permitlisten say, each as `host:port`. */
const permits = ({ permitopen = [], permitlisten = [] }: Found['values']): readonly string[] => [
  ...permitopen,
  ...permitlisten.map((one) => (one.includes(':') ? one : `*:${one}`)),
]

const permittedPort = (one: string): string | null => /^(?:\[[^\]]*\]|[^:/]*)[:/](.*)$/s.exec(one)?.[1] ?? null

const permitProblem = (one: string): string | null => {
  const port = permittedPort(one)
  if (port === null) return 'invalid permission hostname'
  const isNumber = /^[ \t]*\+?\d+$/.test(port) && Number(port) > 0 && Number(port) < 65536
  return port === '*' || isNumber || SERVICE.test(port) ? null : 'invalid permission port'
}

// whether the machine knows one of that name is its own matter
const SERVICE = /^[a-z][\w.+-]*$/i
