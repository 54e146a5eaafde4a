import type { Look } from '../contract/look.ts'
import { field, record, type Static } from '../contract/schema.ts'

/** The operating system, as /etc/os-release tells it. */
export const osSchema = record({
  family: field.text('the family as Ansible names it: Debian, RedHat, Suse, Alpine, Archlinux …'),
  id: field.text('the distribution, as ID in /etc/os-release: debian, rhel, ubuntu'),
  version: field.text('its version, as VERSION_ID in /etc/os-release: 12, 9.4; empty where it has none'),
})

/** Reads what the machine's operating system is. */
export const osFact = async (on: Look): Promise<Static<typeof osSchema>> => {
  const [etc, usr] = await Promise.all([on.read('/etc/os-release'), on.read('/usr/lib/os-release')])
  return parseOsRelease(etc ?? usr ?? '')
}

/** Reads os-release(5). */
export const parseOsRelease = (text: string): Static<typeof osSchema> => {
  const values = new Map(
    [...text.matchAll(/^\s*(\w+)=(.*?)\s*$/gm)].map(([, name = '', value = '']) => [name, unquoted(value)]),
  )
  const id = values.get('ID') ?? 'linux'
  return {
    id,
    version: values.get('VERSION_ID') ?? '',
    family: familyOf([id, ...(values.get('ID_LIKE') ?? '').split(' ')]),
  }
}

const unquoted = (value: string): string => value.replace(/^(["'])(.*)\1$/, '$2').replace(/\\(["'$`\\])/g, '$1')

const FAMILIES: Readonly<Record<string, string>> = {
  ...{ debian: 'Debian', ubuntu: 'Debian' },
  ...{ rhel: 'RedHat', fedora: 'RedHat', centos: 'RedHat', amzn: 'RedHat' },
  ...{ suse: 'Suse', opensuse: 'Suse', sles: 'Suse' },
  ...{ alpine: 'Alpine', arch: 'Archlinux', gentoo: 'Gentoo' },
}

const familyOf = (ids: readonly string[]): string => {
  const known = ids.map((id) => FAMILIES[id] ?? FAMILIES[id.split('-')[0] ?? '']).find((family) => family !== undefined)
  const [own = ''] = ids
  return known ?? own.charAt(0).toUpperCase() + own.slice(1)
}
