import { HostError } from '../contract/errors.ts'
import { LATER } from '../contract/later.ts'
import type { Answer, Connection, Found, LoginAnswer, LoginRequest, Look, User } from '../contract/look.ts'
import type { LookOptions, Plan } from '../contract/machine.ts'
import { isOwn, type Question } from '../contract/questions.ts'
import type { Secret } from '../contract/secret.ts'
import { NotAhead, Waiting } from '../contract/signals.ts'
import { type Asking, createAsking } from './asking.ts'
import { isBelow, type Memory } from './memory.ts'
import { foundAsPlanned, leadsTo, namesAsPlanned, plannedAt } from './overlay.ts'
import type { Runner } from './runner.ts'

/** What looks at one machine are made of. */
export interface LookParts {
  readonly connection: Omit<Connection, 'power'>
  readonly runner: Runner
  readonly memory: Memory
  readonly control: (options: LookOptions) => Look
  login(request: LoginRequest): Promise<LoginAnswer>
}

const MOST_LINKS = 40
const NO_PLAN: Plan = new Map()

/** Makes a look: it reads and asks with somebody's powers, and sees planned files as if they were written. */
export const createLook = (parts: LookParts, options: LookOptions): Look => {
  const power = options.power ?? parts.connection.user
  const plan = options.plan ?? NO_PLAN
  const asking = createAsking(parts, options.power)

  const file: Look['file'] = async (path, how = {}) => {
    const follow = how.follow ?? true
    const withText = how.text ?? true
    const found = await at(asking, { path: clean(path), follow, withText, links: 0 })
    if (found === null || !withText) return found === null ? null : { ...found, text: null }
    if (found.text === LATER && !isOwnPath(options, found.path))
      throw new Waiting(`${found.path} is known after the run`)
    return found
  }

  const at = async (
    on: Asking,
    about: { path: string; follow: boolean; withText: boolean; links: number },
  ): Promise<Found | null> => {
    const { path, follow, withText } = about
    if (plan.size === 0) return (await on.report(path, about)).found
    if (about.links > MOST_LINKS)
      throw new HostError(`${power} cannot look at ${path}: too many levels of symbolic links`)
    const again = (next: string) => at(on, { ...about, path: next, links: about.links + 1 })

    const asGiven = plannedAt(plan, path)
    if (asGiven.kind === 'absent') return null
    if (asGiven.kind === 'elsewhere') return again(asGiven.path)
    if (asGiven.kind === 'entry' && asGiven.state.kind === 'link' && follow) {
      const target = await again(leadsTo(path, asGiven.state.target))
      return target ?? foundAsPlanned(leadsTo(path, asGiven.state.target), asGiven.state, null, await maker(on))
    }
    // a planned text makes that of the disk needless; where it is not managed, the disk's is what will be there
    const planned = asGiven.kind === 'entry' ? asGiven.state : null
    const textFromDisk = withText && !(planned?.kind === 'file' && planned.text !== undefined)
    const report = await on.report(path, { follow: follow && planned === null, withText: textFromDisk })
    const real = report.realPath
    if (planned === null && real !== path) {
      const there = plannedAt(plan, real)
      if (there.kind !== 'unplanned') return again(real)
    }
    if (planned === null || planned.kind === 'absent') return report.found
    return foundAsPlanned(real, planned, report.found, await maker(on))
  }

  const maker = async (on: Asking) => ({ owner: power, group: (await on.user(power))?.group ?? power })

  return {
    connection: { ...parts.connection, power },
    get control() {
      return parts.control(options)
    },
    file,
    async read(path) {
      const found = await file(path)
      if (found === null || found.kind === 'link') return null
      if (found.text === LATER) throw new Waiting(`${found.path} is known after the run`)
      if (found.text !== null) return found.text
      throw new HostError(
        found.kind === 'directory' ? `${path} is a directory` : `${path} is no regular file, and is not read`,
      )
    },
    async list(path) {
      const { realPath, names } = await listing(asking, plan, clean(path))
      return plan.size === 0 ? names : namesAsPlanned(plan, realPath, names)
    },
    user: (name): Promise<User | null> => asking.user(name ?? power),
    expand: (path) => asking.expand(path),
    as: (user) => createLook(parts, { ...options, power: user }),
    ask(question: Question, text?: string | Secret): Promise<Answer> {
      if (options.ahead === true && isOwn(question))
        return Promise.reject(new NotAhead("a question of the playbook's own"))
      return asking.ask(question, text)
    },
    login(request) {
      return options.ahead === true ? Promise.reject(new NotAhead('a login')) : asking.login(request)
    },
    planned(path) {
      const asked = clean(path)
      const all = [asked, asking.realPath(asked) ?? asked]
      return [...plan.keys()].some((key) => all.some((one) => key === one || isBelow(key, one)))
    },
  }
}

const isOwnPath = (options: LookOptions, path: string): boolean => options.own?.has(path) ?? false

/** A directory's names on the disk; one that is reached by a planned link only is looked for where that leads. */
const listing = async (on: Asking, plan: NonNullable<LookOptions['plan']>, path: string) => {
  let at = path
  for (let links = 0; links <= MOST_LINKS; links += 1) {
    const planned = plannedAt(plan, at)
    if (planned.kind === 'elsewhere') at = planned.path
    else if (planned.kind === 'entry' && planned.state.kind === 'link') at = leadsTo(at, planned.state.target)
    else return on.list(at)
  }
  throw new HostError(`cannot look at ${path}: too many levels of symbolic links`)
}

/** Takes doubled and trailing slashes away; `..` stays, since it means the parent of where a link leads. */
const clean = (path: string): string => {
  if (!path.startsWith('/')) throw new HostError(`${path} is not an absolute path`)
  return path.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '')
}
