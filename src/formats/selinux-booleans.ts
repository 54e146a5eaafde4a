// What SELinux's tools and files say about booleans.

/** A boolean as a table or a file has it, by name. */
export type Booleans = ReadonlyMap<string, boolean>

/** Reads the stored values of `semanage boolean -l`, the second of `name (on , off) description`. */
export const parseStored = (text: string): Booleans =>
  new Map(
    [...text.matchAll(/^(\S+)\s+\((?:on|off)\s*,\s*(on|off)\s*\)/gm)].map(([, name = '', value]) => [
      name,
      value === 'on',
    ]),
  )

/** Reads booleans.local, where a line `name=1` stands for what differs from the policy or was set once; the last counts. */
export const parseLocal = (text: string): Booleans =>
  new Map(
    [...text.matchAll(/^\s*([^#=\s]+)\s*=\s*(\S+)\s*$/gm)].map(([, name = '', value = '']) => [
      name,
      /^(?:1|true|on)$/i.test(value),
    ]),
  )

/** Reads booleans.subs_dist, `old new` a line: the name by which a boolean goes today. */
export const currentName = (name: string, substitutions: string): string => {
  const pairs = [...substitutions.matchAll(/^[ \t]*([^#\s]+)[ \t]+(\S+)/gm)]
  return pairs.find(([, old]) => old === name)?.[2] ?? name
}

/** Reads the policy's type out of /etc/selinux/config. */
export const policyType = (config: string): string | null =>
  [...config.matchAll(/^\s*SELINUXTYPE\s*=\s*(\S+)/gm)].at(-1)?.[1] ?? null
