import { join } from 'node:path/posix'
import type { Look } from '../contract/look.ts'
import { refuse } from '../contract/signals.ts'
import type { PathState } from '../contract/state.ts'
import { splitWords } from '../formats/ssh-config.ts'
import type { SshConfigWish } from '../formats/ssh-config-wish.ts'
import { standingValues, valuesToTake } from '../formats/ssh-config-wish.ts'
import { entryOf } from '../paths/entry.ts'
import { askClient, type ClientSays } from '../sshd/client-ask.ts'
import { type ClientFiles, clientTree, readClientFiles } from '../sshd/client-files.ts'
import { ownFiles } from '../sshd/client-own.ts'
import { type ClientCard, cardWishes, knowsUris, publicKeyFile, publicKeyState, withCard } from './card-client.ts'

type Paths = Readonly<Record<string, PathState>>

/** Which client is to use a card, and for which hosts. */
export interface ClientEnrolment {
  /** where the card and its client are */
  readonly cardOn: 'control' | 'host'
  readonly card: ClientCard
  /** the patterns of the Host line */
  readonly host: string
  readonly state: 'present' | 'absent'
}

/** What was found of a card in a client's configuration. */
export interface ClientRecord {
  readonly config_file: string
  readonly config_base: string
  readonly config_user: string
  readonly config_uris: boolean
  /** the lines asked for that stand there, and that ssh obeys */
  readonly config_lines: readonly string[]
}

/** A client's configuration as it was found, with what a card has to do with it. */
export interface ClientSight {
  readonly record: ClientRecord
  readonly files: Paths
  readonly notes: readonly string[]
}

/** Looks whether the client of a user uses a card; on the control node it is that of the user who started keyward. */
export const lookAtClient = async (
  on: Look,
  enrolment: ClientEnrolment,
  name: string | undefined,
): Promise<ClientSight> => {
  const isHost = enrolment.cardOn === 'host'
  const here = isHost ? on : on.control
  const user = (isHost ? name : undefined) ?? here.connection.power
  const found = await lookAtOwn(here, user, enrolment)
  return { ...found, files: isHost ? found.files : withPrefix(found.files) }
}

const CONTROL = 'control:'

const withPrefix = (files: Paths): Paths =>
  Object.fromEntries(Object.entries(files).map(([path, entry]) => [CONTROL + path, entry]))

const withoutPrefix = (files: Paths): Paths =>
  Object.fromEntries(
    Object.entries(files).flatMap(([path, entry]) =>
      path.startsWith(CONTROL) ? [[path.slice(CONTROL.length), entry]] : [],
    ),
  )

const lookAtOwn = async (on: Look, user: string, enrolment: ClientEnrolment): Promise<ClientSight> => {
  const [config, uris] = await Promise.all([readClientFiles(on, { user }), knowsUris(on)])
  const key = join(config.base, publicKeyFile(enrolment.card.blob))
  const found = await config.look.file(key, { follow: false })
  if (found !== null && found.kind !== 'file') refuse(`${key} is not a file`)
  const record = { config_file: config.root, config_base: config.base, config_user: user, config_uris: uris }
  const wishes = wishesOf(enrolment, record)
  const { lines, notes } = await (enrolment.state === 'absent' ? linesToTake : linesObeyed)(config, wishes)
  const files = uris ? config.files : { ...config.files, [key]: entryOf(found) }
  return { record: { ...record, config_lines: lines }, files, notes }
}

interface Lines {
  readonly lines: readonly string[]
  readonly notes: readonly string[]
}

const shown = ({ keyword }: SshConfigWish, values: readonly string[]): readonly string[] =>
  values.map((value) => `${keyword} ${value}`)

const linesToTake = async (config: ClientFiles, wishes: readonly SshConfigWish[]): Promise<Lines> => {
  const tree = clientTree(config.files, config)
  return { lines: wishes.flatMap((wish) => shown(wish, valuesToTake(tree, wish))), notes: [] }
}

/** The wished lines that stand there, as far as ssh obeys them. */
const linesObeyed = async (config: ClientFiles, wishes: readonly SshConfigWish[]): Promise<Lines> => {
  const { look, root, base } = config
  const tree = clientTree(config.files, config)
  const said = await Promise.all(wishes.map((wish) => askClient(look, tree, wish, base)))
  const refusal = said.find((one) => one.refusal !== null)?.refusal
  const complaint = said.find((one) => one.complaint !== null)?.complaint
  if (refusal || (complaint && look.planned(root))) refuse(`ssh refuses ${root}: ${refusal ?? complaint}`)
  const isObeyed = (one: ClientSays | undefined): boolean => one?.obeyed?.join('\n') === one?.meaning?.join('\n')
  return {
    lines: wishes.flatMap((wish, index) => (isObeyed(said[index]) ? shown(wish, standingValues(tree, wish)) : [])),
    notes: [
      ...new Set(said.flatMap(({ notes }) => notes)),
      ...(complaint ? [`ssh refuses ${root}, and so every login with it: ${complaint}`] : []),
    ],
  }
}

const wishesOf = ({ card, host }: ClientEnrolment, { config_uris: uris }: Pick<ClientRecord, 'config_uris'>) =>
  cardWishes(card, { scope: { kind: 'host', words: splitWords(host).words }, uris })

/** The files in which the client uses the card, or does not; others stay out of it. */
export const planClient = (
  enrolment: ClientEnrolment,
  now: Omit<ClientRecord, 'config_lines'>,
  files: Paths,
): { readonly record: Pick<ClientRecord, 'config_lines'>; readonly files: Paths } => {
  const wishes = wishesOf(enrolment, now)
  const isHost = enrolment.cardOn === 'host'
  const planned = planOwn(enrolment, now, isHost ? files : withoutPrefix(files))
  return {
    record: { config_lines: enrolment.state === 'present' ? wishes.flatMap((wish) => shown(wish, wish.values)) : [] },
    files: isHost ? planned : withPrefix(planned),
  }
}

const planOwn = (enrolment: ClientEnrolment, now: Omit<ClientRecord, 'config_lines'>, files: Paths): Paths => {
  const { config_file: root, config_base: base, config_user: user, config_uris: uris } = now
  const wishes = wishesOf(enrolment, now)
  const { text, outranked } = withCard(clientTree(files, { root, base }), wishes, { uris, state: enrolment.state })
  if (outranked !== null) {
    const { file, number, line } = outranked
    refuse(`${file}:${number} says "${line.spelled} ${line.value}" for every host, and no block can outrank it`)
  }
  const key = join(base, publicKeyFile(enrolment.card.blob))
  const all: Paths = {
    ...ownFiles(files, { root, base, user, text }),
    [key]: enrolment.state === 'present' ? publicKeyState(enrolment.card, user) : { kind: 'absent', as: user },
  }
  const own = uris ? [base, root] : [base, root, key]
  return Object.fromEntries(own.flatMap((path) => (all[path] === undefined ? [] : [[path, all[path]]])))
}
