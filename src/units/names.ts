/** What lets a name stand for several units; none of it is taken. */
export const globIn = (name: string): string | null => /[*?[]/.exec(name)?.[0] ?? null

/** The name of a service without `.service`, as other init systems than systemd have it. */
export const plainName = (name: string): string => name.replace(/\.service$/, '')

/** Says whether a unit is that of OpenSSH's server. */
export const isSshd = (name: string): boolean => /^sshd?$/.test(plainName(name))

/** The names under which a unit is looked for, in this order: OpenSSH's server is ssh on some systems and sshd on others. */
export const candidateNames = (name: string): readonly string[] => {
  if (!isSshd(name)) return [name]
  const plain = plainName(name)
  return [name, name.replace(plain, plain === 'ssh' ? 'sshd' : 'ssh')]
}

/** The name of a unit's main program, as its process and its pid file have it. */
export const programOf = (name: string): string => (isSshd(name) ? 'sshd' : plainName(name))
