/** A package manager: the question that it is asked, how its answer is read, and what it is told. */
export interface PackageManager {
  readonly status: 'dpkgStatus' | 'rpmStatus' | 'apkStatus' | 'pacmanStatus'
  /** what is installed, name to version */
  readonly installed: (text: string) => ReadonlyMap<string, string>
  /** writes one name for it, with the version that is wanted */
  readonly spelled: (name: string, version: string | null) => string
  readonly install: readonly string[]
  readonly remove: readonly string[]
  /** fetches the lists of what there is; where left out the tool does that by itself */
  readonly refresh?: readonly string[]
}

/** The name and the version of what is asked for: `name`, or `name=version`. */
export const nameAndVersion = (asked: string): { readonly name: string; readonly version: string | null } => {
  const [name = '', ...version] = asked.split('=')
  return { name, version: version.length === 0 ? null : version.join('=') }
}

const pairs = (text: string, line: RegExp): ReadonlyMap<string, string> =>
  new Map([...text.matchAll(line)].map(([, name = '', version = '']) => [name, version]))

const byRpm = {
  status: 'rpmStatus' as const,
  installed: (text: string) => pairs(text, /^(\S+) installed (\S+)$/gm),
  spelled: (name: string, version: string | null) => (version === null ? name : `${name}-${version}`),
}

const APT = ['apt-get', '-y', '-q', '-o', 'DPkg::Lock::Timeout=60', '-o', 'Dpkg::Options::=--force-confdef']

/** The package managers that are known, by their command, in the order in which they are looked for. */
export const packageManagers: Readonly<Record<string, PackageManager>> = {
  'apt-get': {
    status: 'dpkgStatus',
    installed: (text) => pairs(text, /^(\S+) installed (\S+)$/gm),
    spelled: (name, version) => (version === null ? name : `${name}=${version}`),
    install: [...APT, '-o', 'Dpkg::Options::=--force-confold', 'install', '--'],
    remove: [...APT, 'remove', '--'],
    refresh: ['apt-get', '-q', 'update'],
  },
  dnf: { ...byRpm, install: ['dnf', '-y', '-q', 'install'], remove: ['dnf', '-y', '-q', 'remove'] },
  yum: { ...byRpm, install: ['yum', '-y', '-q', 'install'], remove: ['yum', '-y', '-q', 'remove'] },
  zypper: {
    ...byRpm,
    spelled: (name, version) => (version === null ? name : `${name}=${version}`),
    install: ['zypper', '--non-interactive', 'install', '--'],
    remove: ['zypper', '--non-interactive', 'remove', '--'],
  },
  apk: {
    status: 'apkStatus',
    installed: (text) => pairs(text, /^(\S+)-(\d\S*-r\d+)$/gm),
    spelled: (name, version) => (version === null ? name : `${name}=${version}`),
    install: ['apk', 'add', '--quiet'],
    remove: ['apk', 'del', '--quiet'],
    refresh: ['apk', 'update', '--quiet'],
  },
  pacman: {
    status: 'pacmanStatus',
    installed: (text) => pairs(text, /^(\S+) (\S+)$/gm),
    spelled: (name) => name,
    install: ['pacman', '-S', '--noconfirm', '--needed', '--'],
    remove: ['pacman', '-R', '--noconfirm', '--'],
    refresh: ['pacman', '-Sy', '--noconfirm'],
  },
}
