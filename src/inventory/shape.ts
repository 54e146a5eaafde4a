import type { At } from '../contract/errors.ts'
import type { YamlNode } from '../yaml/node.ts'

/** A variable's value with where it comes from; a string in it may hold templates. */
export interface Variable {
  readonly value: unknown
  readonly at: At
  /** what sort of source it is: `group all`, `group_vars/web`, `host`, `host_vars` ... */
  readonly source: string
  /** the same value as it was written, with the place of each part */
  readonly node: YamlNode
}

/** One host of the inventory. */
export interface Host {
  readonly name: string
  readonly at: At
  /** the groups it is in, `all` left out, sorted by name */
  readonly groups: readonly string[]
  /** its variables after the inventory's own precedence, name to the winner */
  readonly vars: ReadonlyMap<string, Variable>
}

/** The inventory: hosts in the order written, groups with the hosts in them. */
export interface Inventory {
  readonly files: readonly string[]
  readonly hosts: ReadonlyMap<string, Host>
  readonly groups: ReadonlyMap<string, readonly string[]>
  /** the control node, where a play or a delegation names `localhost` and the inventory has no such host */
  readonly localhost: Host
}
