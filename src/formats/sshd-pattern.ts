/** Says whether a pattern of sshd's, in which `*` and `?` alone are special, takes a whole text; letter case counts. */
export const takesPattern = (pattern: string, text: string): boolean => {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 's').test(text)
}
