import { folder } from '../kit/story.ts'
import { type Typed, typed } from './typed.ts'

/** A folder with files, and command lines typed beside them. */
export interface Files {
  readonly directory: string
  /** words with a dot in them that name a file are taken from the folder; answers are told without it */
  typed(...words: readonly string[]): Promise<Typed>
}

/** Makes files, named by their paths. */
export const files = (content: Readonly<Record<string, string>>): Files => {
  const directory = folder(content)
  const full = (word: string): string => (word in content ? `${directory}/${word}` : word)
  const bare = (text: string): string => text.replaceAll(`${directory}/`, '')
  return {
    directory,
    typed: async (...words) => {
      const { code, stdout, stderr } = await typed(...words.map(full))
      return { code, stdout: bare(stdout), stderr: bare(stderr) }
    },
  }
}
