import type { Offers } from '../output/closing.ts'

/**
 * The command lines that a run offers, made from the one that was typed: the same flags, but for what the offer is about.
 *
 * @param argv what was typed, the command first
 */
export const offersOf = (
  program: string,
  argv: readonly string[],
  about: { readonly inventory: readonly string[]; readonly limit: string | undefined; readonly hosts: number },
): Offers => {
  const command = argv.findIndex((word) => !word.startsWith('-'))
  const rest = without(argv.slice(command + 1), DROPPED)
  // a repair that is kept too is known as one by the next audit
  const kept = argv[command] === 'audit' ? ['--history'] : []
  const line = (...words: readonly string[]): string => [program, ...words.map(withoutPasswords).map(quoted)].join(' ')
  const limitTo = (hosts: readonly string[]): readonly string[] => {
    if (hosts.length < about.hosts) return ['--limit', hosts.join(',')]
    return about.limit === undefined ? [] : ['--limit', about.limit]
  }
  return {
    run: () => line('run', ...rest, ...kept),
    retry: (hosts, flags) => line('run', ...without(rest, LIMIT), ...flags, '--limit', hosts.join(',')),
    trust: (hosts) => line('trust', ...about.inventory.flatMap((path) => ['-i', path]), ...limitTo(hosts)),
  }
}

/** A password that was typed as a variable is not shown again. */
const withoutPasswords = (word: string): string => word.replace(PASSWORD, '$1•••')

const PASSWORD = /(\bansible_\w*pass\w*["']?\s*[=:]\s*)(?:"[^"]*"|'[^']*'|[^\s,}]+)/g

/** Flags that make a run a dry one, or say how it is told. */
const DROPPED: Matcher = { alone: ['-C', '--check', '--syntax-check'], withValue: [] }
const LIMIT: Matcher = { alone: [], withValue: ['-l', '--limit'] }

interface Matcher {
  readonly alone: readonly string[]
  readonly withValue: readonly string[]
}

const without = (argv: readonly string[], { alone, withValue }: Matcher): readonly string[] =>
  argv.filter((word, index) => {
    if (alone.includes(word) || withValue.includes(word)) return false
    if (withValue.some((flag) => isJoined(word, flag))) return false
    return !withValue.includes(argv[index - 1] ?? '')
  })

// `--limit=web`, and `-lweb`
const isJoined = (word: string, flag: string): boolean =>
  flag.startsWith('--') ? word.startsWith(`${flag}=`) : word.startsWith(flag) && !word.startsWith('--')

/** A word as a shell takes it. */
export const quoted = (word: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
