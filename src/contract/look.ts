import type { Later } from './later.ts'
import type { Command, Question } from './questions.ts'
import type { Secret } from './secret.ts'

/** What a program answered. `code` is 127 where the program is not there; nothing is trimmed. */
export interface Answer {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** What is at a path. Times are milliseconds since 1970; `mode` has four octal digits, as in `0644`. */
export interface Found {
  /** the real path: links in it are resolved, the last one only where it was followed */
  readonly path: string
  readonly kind: 'file' | 'directory' | 'link' | 'other'
  /** the whole text of a file; LATER where a planned one is known after the run only; null where it was not asked for or is none */
  readonly text: string | Later | null
  readonly mode: string
  readonly owner: string
  readonly group: string
  readonly size: number
  readonly modifiedMs: number
  readonly changedMs: number
  /** of a link: where it points, as written */
  readonly target: string | null
}

/** An account, as `getent passwd` and `id` tell it. */
export interface User {
  readonly name: string
  readonly uid: number
  readonly group: string
  readonly home: string
  readonly shell: string
  readonly groups: readonly string[]
}

/** How this run is connected to the machine. */
export interface Connection {
  readonly kind: 'ssh' | 'local'
  /** the login user */
  readonly user: string
  /** the user whose powers the task has: root under `become` */
  readonly power: string
  /** the key that logged in, as `type base64`; null where it was none */
  readonly key: string | null
  /** the address of the control node as the machine sees it, and the machine's own; null for the control node itself */
  readonly from: string | null
  readonly address: string | null
  readonly port: number | null
  /** what the server that let us in calls itself, as in `OpenSSH_9.2p1`; null where it does not say, and for the control node */
  readonly software: string | null
}

/** A login to try from the control node. */
export interface LoginRequest {
  readonly user: string
  /** the private key's text, or null to try no key */
  readonly key?: Secret | null
  readonly passphrase?: Secret
  readonly password?: Secret
  /** an agent's socket on the control node, and the public key (`type base64`) to use from it */
  readonly agent?: { readonly socket: string; readonly publicKey?: string }
  /** run once logged in; its output proves that a command runs */
  readonly command?: string
}

/** How a login ended. `offered` are the methods that the server names for this user. */
export interface LoginAnswer {
  readonly in: boolean
  readonly offered: readonly string[]
  readonly code: number | null
  readonly stdout: string
  readonly message: string
}

/** How a directory is listed. */
export interface ListOptions {
  /** files whose names end so are going to be read: their texts come along, where the machine can send them at once */
  readonly texts?: string
}

/** What a probe is given: it reads and asks, and cannot write. In a dry run it sees the files planned so far. */
export interface Look {
  readonly connection: Connection
  /** the control node, as the user who started keyward */
  readonly control: Look
  /** the whole text of the file that a path leads to; null where nothing is there; waits where it is LATER */
  read(path: string): Promise<string | null>
  /**
   * what is at a path; null where nothing is there
   *
   * @param options.follow follow a link in the last place (default true)
   * @param options.text read the text of a file too (default true)
   */
  file(path: string, options?: { readonly follow?: boolean; readonly text?: boolean }): Promise<Found | null>
  /** the names in a directory, hidden ones too, in byte order; null where there is no directory */
  list(path: string, options?: ListOptions): Promise<readonly string[] | null>
  /** an account, by default that whose powers the task has; null where there is none of that name */
  user(name?: string): Promise<User | null>
  /** `~` and `~name` at the beginning of a path, resolved by the machine's own accounts */
  expand(path: string): Promise<string>
  /** the same machine with the powers of another user */
  as(user: string): Look
  /** asks a question of the closed list; `text` becomes its standard input */
  ask(question: Question, text?: string | Secret): Promise<Answer>
  /** says that a question's answer is decided by the files that it names, and by no others: it may be remembered by them */
  vouch(question: Question): void
  /** logs in to this machine from the control node, on a connection of its own, and out again */
  login(request: LoginRequest): Promise<LoginAnswer>
  /** says whether a path, or anything below it, was planned by an earlier task of a dry run (or by this one, in its look ahead) */
  planned(path: string): boolean
}

/** What a run has besides: commands that change a machine. Files are written by the engine, never by a module. */
export interface Touch extends Look {
  readonly control: Touch
  as(user: string): Touch
  /** runs a command that changes the machine; `text` becomes its standard input; throws where it outlives its time */
  do(command: Command, text?: string | Secret): Promise<Answer>
}
