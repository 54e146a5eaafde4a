// By which release of sshd something is looked at.

import { ahead } from '../contract/ahead.ts'
import type { Look } from '../contract/look.ts'
import { sshdVersion } from './ask.ts'

/**
 * The release that the server of this connection names, such as `9.2`; null where it is no OpenSSH, and on the control
 * node. sshd starts its program on disk anew for each connection, so that this is the release of that, too.
 */
export const toldRelease = ({ connection: { software } }: Look): string | null =>
  /^OpenSSH_(\d+\.\d+)/.exec(software ?? '')?.[1] ?? null

/**
 * Looks by the release that the server told. Another server than the machine's own may have let us in: what is not as
 * wanted, or refused, is looked at by what the program on disk says of itself, which takes a flight, and a process where
 * that program is not the one that serves us.
 */
export const byRelease = async <Sight>(
  on: Look,
  look: (version: string) => Promise<Sight>,
  isAsWanted: (sight: Sight) => boolean,
): Promise<Sight> => {
  const told = toldRelease(on)
  if (told === null) return await look(await sshdVersion(on))
  const seen = ahead(look(told))
  const isEnough = await seen.then(isAsWanted, () => false)
  if (isEnough) return await seen
  const version = await sshdVersion(on, told)
  return await (version === told ? seen : look(version))
}
