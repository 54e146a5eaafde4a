import { bytesOf, textOf } from '../contract/bytes.ts'
import { HostError } from '../contract/errors.ts'
import type { Answer, ListOptions, LoginAnswer, LoginRequest, User } from '../contract/look.ts'
import { type Command, isOwn, type Question } from '../contract/questions.ts'
import { Secret } from '../contract/secret.ts'
import { shared } from '../contract/shared.ts'
import { Missing } from '../contract/signals.ts'
import { ACCOUNT_FILES, type Account, accountInFiles, isUserName } from './accounts.ts'
import { type Listing, parseListing, type Report } from './found.ts'
import type { RawAnswer } from './frame.ts'
import { type Frame, USUAL_MS } from './item.ts'
import type { LookParts } from './look.ts'
import { LOOK } from './look-library.ts'
import type { Kind } from './memory.ts'
import { twinAsk } from './perl.ts'
import { commandScript, quote, shownOf, textScript } from './quote.ts'
import { askRemembered, type OnTheWay, onTheWay, upheld, vouch } from './remembered.ts'
import { parseUser } from './user.ts'
import type { Witness } from './witness.ts'

/** The remembered questions of one machine, asked with one user's powers. */
export interface Asking {
  report(path: string, how: { readonly follow: boolean; readonly withText: boolean }): Promise<Report>
  list(path: string, options?: ListOptions): Promise<Listing>
  user(name: string): Promise<User | null>
  expand(path: string): Promise<string>
  ask(question: Question, text?: string | Secret): Promise<Answer>
  vouch(question: Question): void
  login(request: LoginRequest): Promise<LoginAnswer>
  /** the real path of one that was asked for, where it is known without asking */
  realPath(path: string): string | null
}

/** Makes the questions of a machine with one user's powers. */
export const createAsking = (parts: Omit<LookParts, 'control'>, power: string | null): Asking => {
  const { runner, memory, connection } = parts
  const user = power ?? connection.user
  const frameOf = (script: string, shown: string): Frame => ({
    ...{ script, libraries: [LOOK], timeoutMs: USUAL_MS },
    ...{ again: true, anywhere: true, shown },
  })
  const look = (script: string, shown: string): Promise<RawAnswer> => runner.run(power, frameOf(script, shown))

  const reportKey = (path: string, { follow, withText }: { follow: boolean; withText: boolean }): string =>
    `${user} file ${follow} ${withText} ${path}`

  /** What was asked of a path, or is about to be, tells the same without its text, and where no link is, otherwise followed. */
  const report: Asking['report'] = (path, how) => {
    const known = memory.known<Report>(reportKey(path, how))
    if (known !== null) return known
    const asked: { readonly answer: Promise<Report>; readonly isSame: boolean }[] = []
    // what brings the text too tells more, and so does the same way of following: those first
    for (const withText of how.withText ? [true] : [true, false])
      for (const follow of [how.follow, !how.follow]) {
        const answer = memory.known<Report>(reportKey(path, { follow, withText }))
        if (answer !== null) asked.push({ answer, isSame: follow === how.follow })
      }
    return asked.length === 0 ? reportAlone(path, how) : reportByOthers(asked, path, how)
  }

  const reportByOthers = async (
    asked: readonly { readonly answer: Promise<Report>; readonly isSame: boolean }[],
    ...[path, how]: Parameters<Asking['report']>
  ): Promise<Report> => {
    for (const { answer, isSame } of asked) {
      const told = await answer.catch(() => null)
      if (told !== null && (isSame || (told.realPath === path && told.found?.kind !== 'link'))) return told
    }
    return reportAlone(path, how)
  }

  const reportAlone: Asking['report'] = (path, { follow, withText }) =>
    memory.recall(
      reportKey(path, { follow, withText }),
      { kind: 'path', path },
      () => parts.batch.report(runner, power, { path, follow, withText }),
      (found) => found.realPath,
    )

  const keep = (path: string, how: { readonly follow: boolean; readonly withText: boolean }, found: Report): void => {
    const about = { kind: 'path', path } as const
    void memory.recall(
      reportKey(path, how),
      about,
      async () => found,
      ({ realPath }) => realPath,
    )
  }

  const textAt = async (path: string): Promise<string> => {
    const text = (await report(path, { follow: true, withText: true })).found?.text
    return typeof text === 'string' ? text : ''
  }

  const accountOf = (name: string): Promise<Account | null> =>
    memory.recall(`user ${name}`, { kind: 'account' }, async () => {
      if (!isUserName(name)) return null
      const [said, passwd, group] = await Promise.all([
        parts.batch.said(runner, power, frameOf(`k_user ${quote(name)}`, `look up the user ${name}`), name),
        textAt(ACCOUNT_FILES.passwd),
        textAt(ACCOUNT_FILES.group),
      ])
      const isInFiles = said.code === 0 && said.stdout.length === 0
      const account = isInFiles ? accountInFiles(name, passwd, group) : parseUser(name, said)
      if (account !== null) runner.knows(account)
      return account
    })
  const userOf = async (name: string): Promise<User | null> => (await accountOf(name))?.user ?? null

  const ownHome = (): Promise<string> =>
    memory.recall(`${user} home`, { kind: 'account' }, async () => {
      const home = textOf((await look('printf %s "$HOME"', 'look up the home directory')).stdout)
      if (!home.startsWith('/')) throw new HostError(`${user} has no home directory`)
      return home
    })

  return {
    report,
    list: (path, { texts } = {}) =>
      memory.recall(
        `${user} list ${path}`,
        { kind: 'path', path },
        async () => {
          if (texts === undefined)
            return parseListing(await look(`k_list ${quote(path)}`, `list ${path}`), { path, user })
          const age = memory.age()
          const { said, reports } = await parts.batch.listing(runner, power, { path, texts })
          // what was changed meanwhile is not as it was told
          if (memory.age() === age)
            for (const [file, found] of reports) keep(file, { follow: true, withText: true }, found)
          return parseListing(said, { path, user })
        },
        (listed) => listed.realPath,
      ),
    user: userOf,
    async expand(path) {
      const match = /^~([^/]*)(.*)$/s.exec(path)
      if (match === null) return path
      const [, name = '', rest = ''] = match
      const home = name === '' ? await ownHome() : (await userOf(name))?.home
      if (home === undefined) throw new Missing('user', name, `user "${name}" does not exist (${path})`)
      return `${home.replace(/\/$/, '')}${rest}` || '/'
    },
    ask: (question, text) =>
      memory.recall(memoryKey(user, question, text), aboutQuestion(question), () => {
        const { answers } = parts
        // what this run changed was changed just now, which is too fresh to be remembered
        if (answers !== null && question.decidedBy !== undefined && text === undefined && memory.age() === 0)
          return askRemembered(
            { runner, memory, answers, batch: parts.batch, power, key: `${user} ${askKey(question, text)}` },
            question,
          )
        const { tells } = question
        return runCommand(parts, power, {
          command: question,
          text,
          again: question.lasting !== true,
          anywhere: question.lasting !== true && !isOwn(question),
          ...(answers === null || tells === undefined
            ? {}
            : { onTheWay: onTheWay({ memory, answers, key: `${user} ${askKey(tells, undefined)}` }, tells) }),
        })
      }),
    vouch(question) {
      const { answers } = parts
      if (answers !== null) void vouch({ memory, answers, key: `${user} ${askKey(question, undefined)}` })
    },
    login: (request) => memory.recall(`login ${loginKey(request)}`, { kind: 'command' }, () => parts.login(request)),
    realPath: (path) => memory.realPath(path),
  }
}

/** The files on which a command relies, as they were when that was answered, since the last change; null where that is not known. */
export const reliedOn = async (
  { memory, connection }: Pick<LookParts, 'memory' | 'connection'>,
  power: string | null,
  { relies }: Command,
): Promise<Witness | null> => {
  if (relies === undefined) return null
  return await upheld({ memory, key: `${power ?? connection.user} ${askKey(relies, undefined)}` })
}

const plain = (value: string | Secret | null | undefined): string | null =>
  value instanceof Secret ? value.reveal() : (value ?? null)

const aboutQuestion = ({ lasting, rests }: Question): { readonly kind: Kind; readonly path?: string } => {
  if (lasting === true) return { kind: 'lasting' }
  return rests === undefined ? { kind: 'command' } : { kind: 'path', path: rests }
}

const askKey = ({ argv, env }: Question, text: string | Secret | undefined): string =>
  JSON.stringify([argv, env ?? {}, plain(text)])

/** What a machine remembers an answer by; it is the same for all machines that are asked the same. */
const memoryKey = (user: string, question: Question, text: string | Secret | undefined): string => {
  const key = `${user} ask ${askKey(question, text)}`
  return text instanceof Secret ? key : shared(key)
}

const loginKey = ({ user, key, passphrase, password, agent, command }: LoginRequest): string =>
  JSON.stringify([user, plain(key), plain(passphrase), plain(password), agent ?? null, command ?? null])

/** Runs a command as it is, with a text on its standard input. */
export const runCommand = async (
  parts: Pick<LookParts, 'runner'> & Partial<Pick<LookParts, 'batch'>>,
  power: string | null,
  about: {
    readonly command: Command
    readonly text: string | Secret | undefined
    readonly again: boolean
    readonly anywhere?: boolean
    readonly onTheWay?: OnTheWay
    readonly relied?: Witness | null
  },
): Promise<Answer> => {
  const { command, text, onTheWay, relied = null } = about
  const program = commandScript(command)
  const input = text instanceof Secret ? text.reveal() : text
  const frame: Frame = {
    script:
      input === undefined ? `${onTheWay?.script ?? ''}${program}` : `${textScript(input, bytesOf(input))} | ${program}`,
    libraries: onTheWay?.libraries ?? [],
    ...twinOf(command, { input, onTheWay, relied }),
    timeoutMs: command.timeoutMs ?? USUAL_MS,
    again: about.again,
    ...(about.anywhere ? { anywhere: true } : {}),
    shown: shownOf(command),
  }
  const said = await (command.joins && parts.batch !== undefined && about.again && input === undefined
    ? parts.batch.said(parts.runner, power, frame)
    : parts.runner.run(power, frame))
  const answer = onTheWay?.heard(said) ?? said
  return { code: answer.code, stdout: textOf(answer.stdout), stderr: textOf(answer.stderr) }
}

const twinOf = (
  command: Command,
  about: {
    readonly input: string | undefined
    readonly onTheWay: OnTheWay | undefined
    readonly relied: Witness | null
  },
): Pick<Frame, 'ask'> => {
  const ask =
    about.input === undefined ? twinAsk(command, { globs: about.onTheWay?.globs, relied: about.relied }) : null
  return ask === null ? {} : { ask }
}
