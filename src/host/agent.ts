import ssh2, { type ParsedKey } from 'ssh2'
import { HostError } from '../contract/errors.ts'

/** A key that an agent holds. */
export interface AgentKey {
  /** `type base64` */
  readonly publicKey: string
  readonly comment: string
  readonly agent: ssh2.BaseAgent
}

/** Asks the agent at a socket for its keys; those of types that ssh2 does not know are left out. */
export const agentKeys = (socket: string): Promise<readonly AgentKey[]> =>
  new Promise((resolve, reject) => {
    const agent = new ssh2.OpenSSHAgent(socket)
    agent.getIdentities((error, keys) => {
      if (error != null)
        return reject(
          new HostError(`the agent at ${socket} does not answer: ${error.message}`, {
            unreachable: true,
            hint: 'start it again, or unset SSH_AUTH_SOCK',
          }),
        )
      resolve(
        ((keys ?? []) as ParsedKey[]).map((key) => ({
          publicKey: `${key.type} ${key.getPublicSSH().toString('base64')}`,
          comment: key.comment,
          agent: new OneKeyAgent(agent, key),
        })),
      )
    })
  })

/** An agent that shows one of another agent's keys only. */
class OneKeyAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: ssh2.OpenSSHAgent
  readonly #key: ParsedKey

  constructor(agent: ssh2.OpenSSHAgent, key: ParsedKey) {
    super()
    this.#agent = agent
    this.#key = key
  }

  override getIdentities(callback: ssh2.IdentityCallback<ParsedKey>): void {
    callback(undefined, [this.#key])
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: ssh2.SigningRequestOptions | ssh2.SignCallback,
    callback?: ssh2.SignCallback,
  ): void {
    if (typeof options === 'function') this.#agent.sign(key, data, options)
    else this.#agent.sign(key, data, options, callback)
  }
}
