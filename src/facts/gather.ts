import type { Look } from '../contract/look.ts'
import { fipsFact, initFact, userFact } from './machine.ts'
import { osFact } from './os.ts'
import { selinuxFact } from './selinux.ts'
import { sshFact } from './ssh.ts'

const FACTS: Readonly<Record<string, (on: Look, parts: ReadonlySet<string>) => Promise<unknown>>> = {
  ...{ os: osFact, ssh: sshFact, selinux: selinuxFact, fips: fipsFact, init: initFact, user: userFact },
}

/** Reads the facts that a play mentions (`os.family`, `fips`), those only, and all at once; a bare `os` means all of it. */
export const gatherFacts = async (
  look: Look,
  mentioned: readonly string[],
): Promise<Readonly<Record<string, unknown>>> => {
  const partsOf = new Map<string, Set<string>>()
  for (const [name = '', part = ''] of mentioned.map((one) => one.split('.')))
    partsOf.set(name, (partsOf.get(name) ?? new Set()).add(part))
  const found = await Promise.all(
    [...partsOf].flatMap(([name, parts]) => {
      const fact = FACTS[name]
      return fact === undefined ? [] : [fact(look, parts).then((value) => [name, value] as const)]
    }),
  )
  return Object.fromEntries(found)
}
