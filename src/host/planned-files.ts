import { HostError } from '../contract/errors.ts'
import type { Found, ListOptions } from '../contract/look.ts'
import type { Plan } from '../contract/machine.ts'
import type { Asking } from './asking.ts'
import { foundAsPlanned, leadsTo, namesAsPlanned, plannedAt } from './overlay.ts'

/** How a path is looked at. */
export interface FileQuestion {
  readonly path: string
  readonly follow: boolean
  readonly withText: boolean
}

/** The files of a machine as they are, or as a plan makes them. */
export interface Files {
  file(question: FileQuestion): Promise<Found | null>
  list(path: string, options?: ListOptions): Promise<readonly string[] | null>
}

const MOST_LINKS = 40

/** The files as they are. */
export const filesAsTheyAre = (asking: Asking): Files => ({
  file: async (question) => (await asking.report(question.path, question)).found,
  list: async (path, options) => (await asking.list(path, options)).names,
})

/** The files as if a plan were carried out already. */
export const filesAsPlanned = (asking: Asking, plan: Plan, power: string): Files => {
  const known = withRealPaths(asking, plan)
  // root's group is asked of no machine: it has the number 0, and that name on every Linux
  const maker = async () => ({
    owner: power,
    group: power === 'root' ? 'root' : ((await asking.user(power))?.group ?? power),
  })
  const checkLinks = (path: string, links: number): void => {
    if (links <= MOST_LINKS) return
    throw new HostError(`${power} cannot look at ${path}: too many levels of symbolic links`)
  }

  const file = async (question: FileQuestion, links = 0): Promise<Found | null> => {
    const { path, follow, withText } = question
    checkLinks(path, links)
    const planned = plannedAt(known, path)
    if (planned.kind === 'absent') return null
    if (planned.kind === 'elsewhere') return file({ ...question, path: planned.path }, links + 1)
    if (planned.kind === 'unplanned') {
      const { realPath, found } = await asking.report(path, question)
      const isPlanned = realPath !== path && plannedAt(known, realPath).kind !== 'unplanned'
      return isPlanned ? file({ ...question, path: realPath }, links + 1) : found
    }
    const { state } = planned
    if (state.kind === 'link' && follow) {
      const target = leadsTo(path, state.target)
      const there = await file({ ...question, path: target }, links + 1)
      return there ?? foundAsPlanned(target, state, null, await maker())
    }
    // a planned text makes that of the disk needless; where none is planned, the disk's is what will be there
    const diskText = withText && !(state.kind === 'file' && state.text !== undefined)
    const { realPath, found } = await asking.report(path, { follow: false, withText: diskText })
    return foundAsPlanned(realPath, state, found, await maker())
  }

  const list = async (path: string, options: ListOptions | undefined, links = 0): Promise<readonly string[] | null> => {
    checkLinks(path, links)
    const planned = plannedAt(known, path)
    if (planned.kind === 'elsewhere') return list(planned.path, options, links + 1)
    if (planned.kind === 'entry' && planned.state.kind === 'link')
      return list(leadsTo(path, planned.state.target), options, links + 1)
    const { realPath, names } = await asking.list(path, options)
    return namesAsPlanned(known, realPath, names)
  }
  return { file, list: (path, options) => list(path, options) }
}

/** What was planned for a path that did not exist may be keyed by a name that leads elsewhere. */
const withRealPaths = (asking: Asking, plan: Plan): Plan => {
  const more = [...plan].flatMap(([path, state]) => {
    const real = asking.realPath(path)
    return real === null || real === path || plan.has(real) ? [] : [[real, state] as const]
  })
  return more.length === 0 ? plan : new Map([...plan, ...more])
}
