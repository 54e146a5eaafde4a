import { execFileSync } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { mainFile } from '../kit/story.ts'

/** A terminal of 100 columns and 30 rows, in which one command line was typed. */
export interface Terminal {
  /** what it shows, without blanks at the end */
  screen(): string
  /** presses keys, as tmux calls them: `Enter`, `C-c`, or a text */
  press(...keys: readonly string[]): void
  /** writes down from now on, in a file, every byte that it is sent, also what is not to be seen at the end */
  record(file: string): void
  /** says whether keys that are pressed now are shown, come line by line and make signals, as in every shell */
  isPlain(): boolean
  /** waits until it shows something, and gives what it shows */
  until(wanted: RegExp): Promise<string>
  close(): void
}

const PATIENCE_MS = 30_000
let count = 0

/** Types the built command in a terminal of its own; `[N]` is shown when it has ended, with its exit code. */
export const terminalWith = (
  argv: readonly string[],
  about: {
    readonly cwd: string
    readonly home: string
    readonly node?: readonly string[]
    readonly patienceMs?: number
  },
): Terminal => {
  count += 1
  const socket = `keyward-test-${process.pid}-${count}`
  const tmux = (...words: readonly string[]): string =>
    execFileSync('tmux', ['-L', socket, ...words], { encoding: 'utf8' })
  const words = [process.execPath, ...(about.node ?? []), mainFile, ...argv].map(
    (word) => `'${word.replaceAll("'", "'\\''")}'`,
  )
  const setting = `cd ${about.cwd}; export HOME=${about.home} LANG=C.UTF-8; unset CI NO_COLOR`
  const line = `${setting}; ${words.join(' ')}; echo "[$?]"; sleep 600`
  tmux('-f', '/dev/null', 'new-session', '-d', '-x', '100', '-y', '30', line)
  const screen = (): string => tmux('capture-pane', '-p').replace(/\s+$/, '')
  return {
    screen,
    press: (...keys) => void tmux('send-keys', ...keys),
    record: (file) => void tmux('pipe-pane', `cat > ${file}`),
    isPlain: () => {
      const tty = tmux('display-message', '-p', '#{pane_tty}').trim()
      const settings = execFileSync('stty', ['-F', tty, '-a'], { encoding: 'utf8' }).split(/[\s;]+/)
      return ['echo', 'icanon', 'isig'].every((one) => settings.includes(one))
    },
    until: async (wanted) => {
      for (const begun = Date.now(); Date.now() - begun < (about.patienceMs ?? PATIENCE_MS); await pause(50)) {
        const shown = screen()
        if (wanted.test(shown)) return shown
      }
      throw new Error(`the terminal never showed ${wanted}, but:\n${screen()}`)
    },
    close: () => void tmux('kill-server'),
  }
}
