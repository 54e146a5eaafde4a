// Looks at the files that hold a user's keys: what lies in the home is looked at with the user's own powers, so that a
// link there shows nothing that the user could not read.

import { posix } from 'node:path'
import { HostError } from '../contract/errors.ts'
import { LATER } from '../contract/later.ts'
import type { Found, Look, User } from '../contract/look.ts'
import { missing, refuse, wait } from '../contract/signals.ts'
import type { PathState } from '../contract/state.ts'
import { readAuthorizedKeys } from '../formats/authorized-keys.ts'
import { keyWriter } from './key-writer.ts'

/** How a file of keys is to be looked at. */
export interface KeyFileLook {
  readonly user: User
  readonly path: string
  /** a link in its place, or on the way to it, is followed */
  readonly follow: boolean
  /** its directory, where it is in the home, is made the user's before anything is written */
  readonly isRepaired: boolean
}

/** A file of keys, there or not, and its directory where that is in the user's home or is missing. */
export interface KeyFileSight {
  /** links resolved */
  readonly path: string
  readonly entry: PathState
  /** when it was changed, in milliseconds since 1970; null where it is not there or only planned */
  readonly modifiedMs: number | null
  readonly directory: { readonly path: string; readonly entry: PathState } | null
  /** the path that was asked for, where a link led from there */
  readonly ledFrom: string | null
}

/** A link in the place of a file, or on the way to it. */
export interface KeyFileLink {
  readonly link: string
  readonly leadsTo: string
}

/** Looks at a file of keys; a link is only reported where it is not to be followed. */
export const lookAtKeyFile = async (on: Look, about: KeyFileLook): Promise<KeyFileSight | KeyFileLink> => {
  const { user, path } = about
  const isNamedInHome = isBelow(path, user.home)
  const eyes = isNamedInHome ? ownEyes(on, user.name) : on
  const [home, directory, file] = await Promise.all([
    homeOf(eyes, on, user),
    orWithPower(eyes, on, (look) => look.file(posix.dirname(path), { follow: !isNamedInHome, text: false })),
    orWithPower(eyes, on, (look) => look.file(path, { follow: false })),
  ])
  if (isNamedInHome && home === null)
    missing({ kind: 'directory', name: user.home, message: `the home of ${user.name}, ${user.home}, does not exist` })
  if (!isNamedInHome && home !== null) {
    const own = await nameInHome(on, about, { home, directory: directory?.found ?? null })
    if (own !== null) return await lookAtKeyFile(on, { ...about, path: own })
  }
  const scene: Scene = { on, eyes, about, home, isNamedInHome }
  const straight = isNamedInHome ? joined(home?.path ?? '', path.slice(user.home.length)) : null
  const led = [directory, file].find((one) => one?.found.kind === 'link')?.found
  const real = file?.found.path ?? (directory === null ? straight : joined(directory.found.path, posix.basename(path)))
  if (led !== undefined || (straight !== null && real !== null && real !== straight)) {
    if (!about.follow) return { link: led?.path ?? posix.dirname(path), leadsTo: led?.target ?? String(real) }
    return await followed(scene)
  }
  return await sightOf(scene, { path: real ?? path, file, directory, isLed: false })
}

/** Looks, before sshd has told, at the file that most servers read: where sshd is asked anew, that is a flight less. */
export const lookAtUsualFile = async (on: Look, user: User, follow: boolean): Promise<void> => {
  const path = `${user.home.replace(/\/$/, '')}/.ssh/authorized_keys`
  await lookAtKeyFile(on, { user, path, follow, isRepaired: false })
}

/** What leads into the home by another name is the user's all the same: gives its name in the home, else null. */
const nameInHome = async (
  on: Look,
  { user, path }: KeyFileLook,
  { home, directory }: { readonly home: Found; readonly directory: Found | null },
): Promise<string | null> => {
  const up = posix.dirname(path)
  const above = directory === null ? await on.file(posix.dirname(up), { text: false }) : null
  const real = directory?.path ?? (above === null ? up : posix.join(above.path, posix.basename(up)))
  return isBelow(`${real}/`, home.path)
    ? posix.join(user.home, real.slice(home.path.length), posix.basename(path))
    : null
}

interface Scene {
  readonly on: Look
  readonly eyes: Look
  readonly about: KeyFileLook
  readonly home: Found | null
  readonly isNamedInHome: boolean
}

interface Seen {
  readonly found: Found
  /** the user's own powers did not do */
  readonly byPower: boolean
}

const ownEyes = (on: Look, user: string): Look => {
  const { power } = on.connection
  if (power === user) return on
  return power === 'root'
    ? on.as(user)
    : refuse(`the keys of ${user} are ${user}'s and root's to manage, not those of ${power} (become: true)`)
}

/** Looks as the user; what the user may not see is looked at with the task's powers. */
const orWithPower = async (
  eyes: Look,
  on: Look,
  look: (with_: Look) => Promise<Found | null>,
): Promise<Seen | null> => {
  const seen = (found: Found | null, byPower: boolean): Seen | null => (found === null ? null : { found, byPower })
  try {
    return seen(await look(eyes), false)
  } catch (error) {
    if (!(error instanceof HostError) || error.unreachable || eyes === on) throw error
    return seen(await look(on), true)
  }
}

/** A user's home, seen by himself where that can be. */
export const lookAtHome = (on: Look, user: User): Promise<Found | null> =>
  homeOf(on.connection.power === 'root' ? on.as(user.name) : on, on, user)

const homeOf = async (eyes: Look, on: Look, user: User): Promise<Found | null> =>
  (await orWithPower(eyes, on, (look) => look.file(user.home, { text: false })))?.found ?? null

const followed = async (scene: Scene): Promise<KeyFileSight> => {
  const { eyes, about } = scene
  const file = await eyes.file(about.path)
  const path =
    file?.path ??
    joined((await eyes.file(posix.dirname(about.path), { text: false }))?.path ?? '', posix.basename(about.path))
  const directory = await eyes.file(posix.dirname(path), { text: false })
  // a link that leads nowhere is found as itself, at the path that it leads to
  const there = file === null || file.kind === 'link' ? null : { found: file, byPower: false }
  return await sightOf(scene, {
    path,
    file: there,
    directory: directory === null ? null : { found: directory, byPower: false },
    isLed: true,
  })
}

interface Spot {
  readonly path: string
  readonly file: Seen | null
  readonly directory: Seen | null
  /** a link led here */
  readonly isLed: boolean
}

const sightOf = async (scene: Scene, spot: Spot): Promise<KeyFileSight> => {
  const { about, home, isNamedInHome } = scene
  const { path, file, directory } = spot
  const isInHome = home !== null && isBelow(path, home.path)
  if (directory !== null && directory.found.kind !== 'directory') refuse(`${directory.found.path} is not a directory`)
  if (file !== null && file.found.kind !== 'file') refuse(`${path} is ${KINDS[file.found.kind]}`)
  const up = posix.dirname(path)
  const isManaged = directory === null || (isInHome && up !== home?.path)
  const isUsers = isNamedInHome || scene.on.connection.power === about.user.name
  const as = isUsers ? await writerOf(scene, spot, isInHome && isManaged) : powerOf(scene.on)
  // what was made for the user is the user's to fill
  const filler = directory === null && isInHome ? about.user.name : as
  return {
    path,
    entry: fileEntry(file, about.user.name, filler),
    modifiedMs: file === null || scene.on.planned(path) ? null : file.found.modifiedMs,
    directory: isManaged ? { path: up, entry: directoryEntry(directory?.found ?? null, as) } : null,
    ledFrom: spot.isLed ? about.path : null,
  }
}

const KINDS = {
  directory: 'a directory, not a file',
  link: 'a symlink, not a file',
  other: 'neither a file nor a directory',
} as const

const writerOf = async ({ on, eyes, about }: Scene, spot: Spot, isOurs: boolean): Promise<string | undefined> => {
  const { path, file, directory, isLed } = spot
  const up = posix.dirname(posix.dirname(path))
  const around = directory ?? (await orWithPower(eyes, on, (look) => look.file(up, { text: false })))
  if (around === null) return about.user.name
  const isRepaired = directory !== null && isOurs && about.isRepaired
  return await keyWriter(on, {
    user: about.user,
    ...{ directory: around.found, file: file?.found ?? null, isLed, isRepaired },
  })
}

const powerOf = ({ connection: { power } }: Look): string | undefined => (power === 'root' ? undefined : power)

const fileEntry = (file: Seen | null, user: string, as: string | undefined): PathState => {
  if (file === null) return { kind: 'absent', ...withAs(as) }
  const { path, text, mode, owner, group } = file.found
  if (text === LATER) return wait(`${path} is known after the run`)
  // root would read for the user, and hand over, what is none of the user's business
  const isForeign = file.byPower && readAuthorizedKeys(text ?? '').some((line) => line.kind === 'dead')
  if (isForeign)
    refuse(`${path} belongs to ${owner}, ${user} cannot read it, and it holds more than keys: it is left alone`)
  return { kind: 'file', text: text ?? '', mode, owner, group, ...withAs(as) }
}

const directoryEntry = (found: Found | null, as: string | undefined): PathState =>
  found === null
    ? { kind: 'absent', ...withAs(as) }
    : { kind: 'directory', mode: found.mode, owner: found.owner, group: found.group, ...withAs(as) }

const withAs = (as: string | undefined): { as?: string } => (as === undefined ? {} : { as })

const isBelow = (path: string, directory: string): boolean => path.startsWith(`${directory.replace(/\/$/, '')}/`)

const joined = (directory: string, rest: string): string => posix.join(directory, rest)
