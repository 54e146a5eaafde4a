import type { Control, Evidence, Waived } from '../contract/control.ts'
import type { Result } from './event.ts'

/** A file that a run was made of; `sha256` is in hexadecimal digits. */
export interface InputFile {
  readonly file: string
  readonly sha256: string
}

/** What a run was made of. */
export interface Inputs {
  /** of keyward */
  readonly version: string
  /** every file that was read for the playbooks: imports, variables and what the helper `file` reads too */
  readonly playbooks: readonly InputFile[]
  /** every file that was read for the inventory; a list of hosts that was typed is named as such */
  readonly inventory: readonly InputFile[]
}

/** Since when a finding is there; ISO 8601, in UTC. */
export interface Seen {
  readonly firstSeen: string
  /** when its effective value last changed */
  readonly lastChanged: string
}

/** What the history says of a run that it keeps. */
export interface Kept {
  readonly id: string
  /** the hash of the chain's last entry once the run was in it: whoever has it can tell whether the history was cut or altered */
  readonly head: string
  readonly file: string
  readonly inputs: Inputs
  /** since when its findings are there */
  readonly seen: ReadonlyMap<Result, Seen>
  /** of an audit: how it differs from the last one of the same playbooks and inventory */
  readonly drift: Drift | null
}

/** How the findings of a run differ from those of an earlier one. */
export interface Drift {
  /** the earlier run; null where there is none */
  readonly since: { readonly id: string; readonly finished: string } | null
  /** per host, in inventory order; hosts of which there is nothing to say are left out */
  readonly hosts: ReadonlyMap<string, readonly Drifted[]>
}

/** One finding that came, went or stayed. */
export interface Drifted extends Seen {
  readonly how: 'new' | 'changed' | 'persists' | 'fixed' | 'unjudged'
  readonly play: string
  readonly task: string
  readonly item: string | null
  readonly control: Control | null
  /** who brought it about: something on the host, an edit of the playbook or its inputs, both, a run of keyward; null: not known */
  readonly cause: 'host' | 'playbook' | 'both' | 'keyward' | null
  /** the effective values before and now, by field */
  readonly before: Evidence['effective'] | null
  readonly now: Evidence['effective'] | null
  readonly source: Evidence['source']
  readonly waived: Waived | null
  /** why it was not judged this time, or why it is not known who brought it about */
  readonly message: string
}
