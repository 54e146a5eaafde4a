import { isUserName } from './accounts.ts'
import type { Answers } from './answers.ts'
import type { Report } from './found.ts'
import { newMark } from './frame.ts'
import { USUAL_MS } from './item.ts'
import { isOfPerl, lookAsk, parseAsked } from './look-ask.ts'
import type { PathLook } from './look-batch.ts'
import type { PerlPart } from './perl.ts'
import type { Runner } from './runner.ts'

/** A look at a path with a user's powers. */
export interface UserLook extends PathLook {
  readonly user: string
}

/**
 * Looks at what the last run looked at with the powers of users, in the first flight: who they are is known only behind
 * it. What is told counts for whoever asks for it before the first change, and before a command that anybody runs on another
 * machine, which may reach this one; and for nobody else.
 */
export interface Foresight {
  /** remembers that it was asked for, and gives what was told before that; null where it has to be asked */
  take(look: UserLook): Promise<Report | null> | null
  /** asks ahead, once, behind what root's session is asked first */
  send(runner: Runner, flight: number): void
}

const MOST = 40

/** What changes a machine, or may: how often it was changed itself, and how many commands the run began or ended anywhere. */
export interface Changes {
  age(): number
  commands(): number
}

/** Remembers the looks of this run for the next one. */
export const createForesight = (answers: Answers | null, { age, commands }: Changes): Foresight => {
  const told = new Map<string, Promise<Report | null>>()
  let before = 0
  const asked: UserLook[] = []
  let isSent = answers === null

  return {
    take(look) {
      if (answers === null || age() > 0) return null
      if (asked.length < MOST) asked.push(look)
      answers.looks(asked)
      const early = told.get(keyOf(look)) ?? null
      return early?.then((report) => (age() === 0 && commands() === before ? report : null)) ?? null
    },
    send(runner, flight) {
      if (isSent || answers === null) return
      isSent = true
      before = commands()
      const isKnown = new Set(asked.map(keyOf))
      const looks = answers.lastLooks().filter((look) => isUserName(look.user) && !isKnown.has(keyOf(look)))
      // what nobody looks at any more is not asked for ever
      answers.looks(asked)
      if (!answers.wasPerl || age() > 0) return
      for (const [user, own] of byUser(looks)) {
        const all = askAhead(runner, { user, looks: own, flight })
        for (const [index, look] of own.entries())
          told.set(
            keyOf(look),
            all.then((reports) => reports[index] ?? null),
          )
      }
    },
  }
}

const keyOf = ({ user, path, follow, withText }: UserLook): string => `${follow} ${withText} ${user} ${path}`

const byUser = (looks: readonly UserLook[]): ReadonlyMap<string, readonly UserLook[]> => {
  const all = new Map<string, UserLook[]>()
  for (const look of looks) all.set(look.user, [...(all.get(look.user) ?? []), look])
  return all
}

const askAhead = async (
  runner: Runner,
  { user, looks, flight }: { readonly user: string; readonly looks: readonly UserLook[]; readonly flight: number },
): Promise<readonly (Report | null)[]> => {
  const mark = newMark()
  const items = looks.map((look) => ({ ...look, kind: 'path' }) as const)
  const ask = lookAsk(
    items.map((item) => ({ item, script: () => '' })),
    mark,
    user,
  )
  try {
    const answer = await runner.run('root', {
      // a shell is not asked ahead
      script: ':',
      libraries: [],
      ask: { ...ask, name: PERL_AHEAD.name, parts: [...ask.parts, PERL_AHEAD] },
      timeoutMs: USUAL_MS,
      again: true,
      flight,
      shown: `look ahead, as ${user}, at ${looks.map(({ path }) => path).join(', ')}`,
    })
    if (!isOfPerl(answer)) return []
    return parseAsked(answer, items, mark).map((one) => {
      if (one?.kind !== 'path') return null
      try {
        return one.report(user)
      } catch {
        // whoever asks for it hears why
        return null
      }
    })
  } catch {
    return []
  }
}

/** The same look, of which nothing is left to a script: that would cost a flight, and tell nothing. */
const PERL_AHEAD: PerlPart = {
  name: 'ahead',
  text: `
$P{ahead} = sub {
  my $c = eval { $P{look}->(@_) };
  $O = '' if !defined $c;
  0
};
`,
}
