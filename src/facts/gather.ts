import type { Look } from '../contract/look.ts'
import { fipsFact, initFact, userFact } from './machine.ts'
import { osFact } from './os.ts'
import { selinuxFact } from './selinux.ts'
import { sshFact } from './ssh.ts'

const FACTS: Readonly<Record<string, (on: Look) => Promise<unknown>>> = {
  ...{ os: osFact, ssh: sshFact, selinux: selinuxFact, fips: fipsFact, init: initFact, user: userFact },
}

/** Reads the facts that a play mentions (`os.family`, `fips`), those only, and all at once. */
export const gatherFacts = async (
  look: Look,
  mentioned: readonly string[],
): Promise<Readonly<Record<string, unknown>>> => {
  const names = [...new Set(mentioned.map((name) => name.split('.')[0] ?? ''))]
  const found = await Promise.all(
    names.flatMap((name) => {
      const fact = FACTS[name]
      return fact === undefined ? [] : [fact(look).then((value) => [name, value] as const)]
    }),
  )
  return Object.fromEntries(found)
}
