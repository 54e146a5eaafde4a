import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

/**
 * Where the history lies: in the file that was named, else `keyward/history.db` in `$XDG_STATE_HOME`, which counts where
 * it is absolute, else in `~/.local/state`.
 */
export const historyPlace = (
  named: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): string => {
  const home = environment.HOME === undefined || environment.HOME === '' ? homedir() : environment.HOME
  if (named !== undefined) return named.startsWith('~/') ? join(home, named.slice(2)) : resolve(named)
  const { XDG_STATE_HOME: state = '' } = environment
  return join(isAbsolute(state) ? state : join(home, '.local', 'state'), 'keyward', 'history.db')
}
