import type { Started } from '../schedule/started.ts'

export type { Started }

/** Where a command's words go. */
export interface Sink {
  /** never throws, also when nobody reads any more */
  write(text: string): void
  readonly isTTY: boolean
  /** as wide and high as it is just now */
  size(): { readonly columns: number; readonly rows: number }
}

/** What a command has around it: where it stands, where it speaks, and how it was called. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly stdout: Sink
  readonly stderr: Sink
  /** the words that start keyward, as the user typed them: `keyward`, `npx keyward` */
  readonly program: string
  readonly argv: readonly string[]
  /** the directory of keyward itself: package.json, playbooks/ and inventory/ are in it */
  readonly home: string
  /** the time that it is */
  readonly clock: () => Date
  /** runs keyward once more, as another process, with these words behind its name */
  start(argv: readonly string[]): Started
}
