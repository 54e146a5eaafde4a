/** An account, as far as the names of files may mention it. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly home: string
}

/** Where sshd looks for a user's keys, and what it asks of them. */
export interface KeySources {
  /** the files that it reads, in order; absolute */
  readonly files: readonly string[]
  /** other ways in, in words: a command, authorities, patterns of files */
  readonly others: readonly string[]
  /** the settings that say so, in words */
  readonly setting: string
  readonly usesDns: boolean | null
  readonly strictModes: boolean | null
  /** patterns of signature algorithms; null: not said */
  readonly algorithms: readonly string[] | null
  /** the fewest bits of an RSA key; null: not said */
  readonly leastRsaBits: number | null
}

/** What sshd reads where nobody configured it. */
export const defaultKeySources = (account: Account): KeySources => ({
  files: ['.ssh/authorized_keys', '.ssh/authorized_keys2'].map((file) => expandKeyFile(file, account)),
  others: [],
  setting: 'as sshd does by default',
  usesDns: null,
  strictModes: null,
  algorithms: null,
  leastRsaBits: null,
})

/** Reads what `sshd -T -C user=…` said: values by keyword in lower case. */
export const readKeySources = (values: ReadonlyMap<string, readonly string[]>, account: Account): KeySources => {
  const said = (keyword: string): string | null => values.get(keyword)?.[0]?.trim() ?? null
  const flag = (keyword: string): boolean | null => {
    const value = said(keyword)
    return value === null ? null : value.toLowerCase() === 'yes'
  }
  const names = (said('authorizedkeysfile') ?? 'none').split(/\s+/).filter((name) => name.toLowerCase() !== 'none')
  const files = [...new Set(names.filter((name) => !GLOB.test(name)).map((name) => expandKeyFile(name, account)))]
  const elsewhere = [
    ...given('AuthorizedKeysCommand', said('authorizedkeyscommand')),
    ...given('TrustedUserCAKeys', said('trustedusercakeys')),
  ]
  const rsa = Number(said('requiredrsasize') ?? said('rsaminsize') ?? Number.NaN)
  return {
    files,
    others: [...names.filter((name) => GLOB.test(name)).map((name) => `the files of ${name}`), ...elsewhere],
    setting: [`AuthorizedKeysFile ${said('authorizedkeysfile') ?? 'none'}`, ...elsewhere].join('; '),
    usesDns: flag('usedns'),
    strictModes: flag('strictmodes'),
    algorithms: (said('pubkeyacceptedalgorithms') ?? said('pubkeyacceptedkeytypes'))?.split(',') ?? null,
    leastRsaBits: Number.isNaN(rsa) ? null : rsa,
  }
}

/** A name of AuthorizedKeysFile with its tokens replaced; relative names begin in the home. */
export const expandKeyFile = (name: string, { name: user, uid, home }: Account): string => {
  const tokens: Readonly<Record<string, string>> = { '%': '%', h: home, u: user, U: String(uid) }
  const path = name.replace(/%(.)/g, (whole, token: string) => tokens[token] ?? whole)
  return path.startsWith('/') ? path : `${home.replace(/\/$/, '')}/${path}`
}

/** Says why sshd takes no key of this type and size; null where it does, or where that is not known. */
export const whyNotTaken = (
  key: { readonly type: string; readonly bits: number | null },
  { algorithms, leastRsaBits }: KeySources,
): string | null => {
  if (key.type === 'ssh-rsa' && leastRsaBits !== null && key.bits !== null && key.bits < leastRsaBits)
    return `sshd here takes no RSA key below ${leastRsaBits} bits (RequiredRSASize), and this one has ${key.bits}`
  const own = SIGNED_BY[key.type] ?? [key.type]
  const taken = algorithms === null || algorithms.some((one) => GLOB.test(one) || own.includes(one))
  return taken ? null : `sshd here takes no ${key.type} keys (PubkeyAcceptedAlgorithms)`
}

const GLOB = /[*?[]/

const SIGNED_BY: Readonly<Record<string, readonly string[]>> = {
  'ssh-rsa': ['ssh-rsa', 'rsa-sha2-256', 'rsa-sha2-512'],
  'sk-ecdsa-sha2-nistp256@openssh.com': [
    'sk-ecdsa-sha2-nistp256@openssh.com',
    'webauthn-sk-ecdsa-sha2-nistp256@openssh.com',
  ],
}

const given = (keyword: string, value: string | null): readonly string[] =>
  value === null || value.toLowerCase() === 'none' || value === '' ? [] : [`${keyword} ${value}`]
