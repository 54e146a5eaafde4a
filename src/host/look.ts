import { HostError } from '../contract/errors.ts'
import { LATER } from '../contract/later.ts'
import type { Answer, Connection, Found, LoginAnswer, LoginRequest, Look, User } from '../contract/look.ts'
import type { Ahead, LookOptions, Plan } from '../contract/machine.ts'
import { isOwn, type Question } from '../contract/questions.ts'
import type { Secret } from '../contract/secret.ts'
import { NotAhead, Waiting } from '../contract/signals.ts'
import type { Answers } from './answers.ts'
import { createAsking } from './asking.ts'
import type { LookBatch } from './look-batch.ts'
import { isBelow, type Memory } from './memory.ts'
import { filesAsPlanned, filesAsTheyAre } from './planned-files.ts'
import { hiddenRunner, type Runner } from './runner.ts'

/** What looks at one machine are made of. */
export interface LookParts {
  readonly connection: Omit<Connection, 'power'>
  readonly runner: Runner
  readonly memory: Memory
  readonly batch: LookBatch
  /** what this machine answered in earlier runs; null: nothing is remembered from run to run */
  readonly answers: Answers | null
  readonly control: (options: LookOptions) => Look
  login(request: LoginRequest): Promise<LoginAnswer>
}

const NO_PLAN: Plan = new Map()

/** Makes a look: it reads and asks with somebody's powers, and sees planned files as if they were written. */
export const createLook = (parts: LookParts, options: LookOptions): Look => {
  const power = options.power ?? parts.connection.user
  const { plan = NO_PLAN, ahead } = options
  if (ahead !== undefined) parts.memory.watch(ahead)
  const asking = createAsking(options.hidden ? { ...parts, runner: hiddenRunner(parts.runner) } : parts, options.power)
  const files = plan.size === 0 ? filesAsTheyAre(asking) : filesAsPlanned(asking, plan, power)

  const file: Look['file'] = async (path, { follow = true, text: withText = true } = {}) => {
    const asked = clean(path)
    const found = await files.file({ path: asked, follow, withText })
    if (found === null || !withText) return found === null ? null : { ...found, text: null }
    const isOwnPath = options.own?.has(found.path) === true || options.own?.has(asked) === true
    if (found.text === LATER && !isOwnPath) throw new Waiting(`${found.path} is known after the run`)
    return found
  }

  const look: Omit<Look, 'control'> = {
    connection: { ...parts.connection, power },
    file,
    read: async (path) => textOfFound(path, await file(path)),
    list: async (path, options) => files.list(clean(path), options),
    user: async (name): Promise<User | null> => asking.user(name ?? power),
    expand: (path) => asking.expand(path),
    as: (user) => createLook(parts, { ...options, power: user }),
    async ask(question: Question, text?: string | Secret): Promise<Answer> {
      if (ahead !== undefined && isOwn(question)) throw refused(ahead, "a question of the playbook's own")
      return asking.ask(question, text)
    },
    vouch: (question) => asking.vouch(question),
    async login(request) {
      if (ahead !== undefined) throw refused(ahead, 'a login')
      return asking.login(request)
    },
    planned(path) {
      const asked = clean(path)
      const names = [asked, asking.realPath(asked) ?? asked]
      return [...plan.keys()].some((key) => names.some((name) => key === name || isBelow(key, name)))
    },
  }
  // whoever spreads a look has one of its own at the control node: this one is not made for that
  return Object.defineProperty(look, 'control', { get: () => parts.control(options) }) as Look
}

const refused = (ahead: Ahead, what: string): NotAhead => {
  ahead.holds = false
  return new NotAhead(what)
}

const textOfFound = (path: string, found: Found | null): string | null => {
  if (found === null || found.kind === 'link') return null
  if (found.text === LATER) throw new Waiting(`${found.path} is known after the run`)
  if (found.text !== null) return found.text
  throw new HostError(
    found.kind === 'directory' ? `${path} is a directory` : `${path} is no regular file, and is not read`,
  )
}

/** Takes doubled and trailing slashes away; `..` stays, since it means the parent of where a link leads. */
const clean = (path: string): string => {
  if (!path.startsWith('/')) throw new HostError(`${path} is not an absolute path`)
  if (!path.endsWith('/') && !path.includes('//')) return path
  return path.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '')
}
