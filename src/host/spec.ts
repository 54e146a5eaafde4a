import { userInfo } from 'node:os'
import type { Secret } from '../contract/secret.ts'
import type { AskPassphrase } from './key-file.ts'
import { type Credential, createKeyring, type Keyring } from './keyring.ts'
import { type KnownHosts, openKnownHosts } from './known-hosts-files.ts'

/** How a host is reached. */
export interface HostSpec {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly user: string
  /** the declared private keys, the only ones offered; null: the agent's keys, then ~/.ssh/id_* */
  readonly keyFiles: readonly string[] | null
  /** of the login user (-k) */
  readonly password?: Secret
  /** asked once per file and run */
  readonly passphrase?: AskPassphrase
  /** of sudo (-K) */
  readonly sudoPassword?: Secret
  readonly hostKeys: 'strict' | 'accept-new'
  /** for each of: the TCP connection, the login */
  readonly timeoutMs: number
  readonly keepaliveMs: number
}

/** What all connections of one run share: keys opened once, known_hosts read once. */
export interface SshRun {
  readonly keyring: Keyring
  /** keys that logged in somewhere */
  readonly taken: Set<Credential>
  readonly knownHosts: KnownHosts
  readonly commands: Commands
}

/** Counts the commands that were begun or ended on any machine of a run, and may have changed what others are told of. */
export interface Commands {
  count: number
}

/** Starts what the connections of a run share; `home` and the agent's socket are those of the environment. */
export const startSsh = (about: { home?: string; agentSocket?: string } = {}): SshRun => {
  const home = about.home ?? process.env.HOME ?? userInfo().homedir
  return {
    keyring: createKeyring({ home, agentSocket: about.agentSocket ?? process.env.SSH_AUTH_SOCK }),
    taken: new Set(),
    knownHosts: openKnownHosts(home),
    commands: { count: 0 },
  }
}
