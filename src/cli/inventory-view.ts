import { place } from '../contract/errors.ts'
import { holdsPrivateKey, Secret } from '../contract/secret.ts'
import type { Host, Inventory, Variable } from '../inventory/shape.ts'
import { aligned } from '../output/aligned.ts'
import type { Paint } from '../output/paint.ts'

/** What `keyward inventory` shows: an inventory, the hosts chosen from it, and the variables of `-e` that win over all. */
export interface View {
  readonly inventory: Inventory
  readonly hosts: readonly string[]
  readonly extraVars: Readonly<Record<string, unknown>>
}

/** The view as lines: groups, then each host with its variables and where each value comes from. */
export const viewLines = (view: View, paint: Paint): readonly string[] => {
  const chosen = new Set(view.hosts)
  const groups = [...view.inventory.groups]
    .map(([name, hosts]) => [name, hosts.filter((host) => chosen.has(host))] as const)
    .filter(([, hosts]) => hosts.length > 0)
  return [
    paint.strong('groups'),
    ...aligned(groups.map(([name, hosts]) => [name, hosts.join(', ')])),
    ...view.hosts.flatMap((name) => hostLines(name, view, paint)),
  ]
}

const hostLines = (name: string, view: View, paint: Paint): readonly string[] => {
  const groups = view.inventory.hosts.get(name)?.groups ?? []
  const rows = rowsOf(name, view).map(([variable, value, at, source]) => [variable, textOf(value), at ?? '', source])
  return ['', `${paint.strong(name)}${groups.length === 0 ? '' : `  (${groups.join(', ')})`}`, ...aligned(rows)]
}

type Row = readonly [name: string, value: unknown, at: string | null, source: string]

const rowsOf = (name: string, { inventory, extraVars }: View): readonly Row[] => {
  const vars: Host['vars'] = inventory.hosts.get(name)?.vars ?? new Map<string, Variable>()
  const own = [...vars]
    .filter(([variable]) => !(variable in extraVars))
    .map(([variable, { value, at, source }]): Row => [variable, masked(variable, value), place(at), source])
  const extra = Object.entries(extraVars).map(
    ([variable, value]): Row => [variable, masked(variable, value), null, '-e'],
  )
  return [...own, ...extra].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** The view as a document. */
export const viewDocument = (view: View): Readonly<Record<string, unknown>> => ({
  version: 1,
  command: 'inventory',
  exit_code: 0,
  files: view.inventory.files,
  groups: Object.fromEntries(view.inventory.groups),
  hosts: Object.fromEntries(
    view.hosts.map((name) => [
      name,
      {
        groups: view.inventory.hosts.get(name)?.groups ?? [],
        vars: Object.fromEntries(
          rowsOf(name, view).map(([variable, value, at, source]) => [
            variable,
            { value, ...(at === null ? {} : { at }), source },
          ]),
        ),
      },
    ]),
  ),
})

const SECRET_NAME = /(^|_)(pass|passwd|password|passphrase|pin|secret|token)(_|$)|private_key$/i

/** What may be shown of a value: nothing of one that is a secret by its name or by what is in it. */
const masked = (name: string, value: unknown): unknown => {
  if (value instanceof Secret || SECRET_NAME.test(name)) return '•••'
  if (typeof value === 'string') return holdsPrivateKey(value) ? '•••' : value
  if (Array.isArray(value)) return value.map((item) => masked('', item))
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, masked(key, inner)]))
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
