import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import {
  type Complaint,
  defineModule,
  type Facts,
  field,
  type LoginRequest,
  type Look,
  missing,
  optional,
  param,
  params,
  readPublicLine,
  record,
  refuse,
  Secret,
  type Static,
} from '../src/module.ts'

const METHODS = ['none', 'publickey', 'password', 'keyboard-interactive', 'hostbased', 'gssapi-with-mic']

const schema = params({
  user: param.text('the account to log in to'),
  key: optional(
    param.text(
      'the private key, a path on the control node; with agent: the public key whose other half it holds, as a path or as it is',
    ),
  ),
  passphrase: optional(param.secret('the passphrase of the private key')),
  agent: optional(
    param.text(
      'the socket of an ssh-agent on the control node, or `env`: that of SSH_AUTH_SOCK; it logs in, not a file',
    ),
  ),
  command: optional(param.text('what must succeed once logged in; by default any command at all')),
  refused_methods: optional(param.list('methods that the server must not offer to this user', { minItems: 1 })),
})

type Params = Static<typeof schema>

const state = record({
  in: field.flag('whether the key gets in, and nothing else was shown'),
  command_ran: field.flag('whether the command succeeded'),
  offered: field.list('the methods that the server offers to the user'),
  refused: field.list('of the methods to refuse, those that are not offered'),
})

type Now = Facts<typeof state>

/**
 * A key gets a user in from the control node, a command runs there, and other methods are refused.
 *
 * It logs in once, on a connection of its own that shows this key and nothing else, and changes nothing: a proof to put
 * before a task that takes passwords away, and behind it.
 */
export default defineModule({
  name: 'ssh_login',
  summary: 'a key gets a user in, a command runs there, and other methods are refused',
  example: `
- name: alice gets in with her key, and with nothing else
  ssh_login:
    user: alice
    key: ~/.ssh/id_ed25519
    refused_methods: [password, keyboard-interactive]
`,
  outside: true,
  params: schema,
  state,
  evidence: ['in', 'command_ran', 'refused'],
  review: (given) => [...complaints(given)],
  probe: (on, given) => probe(on, given),
  plan: ({ refused_methods }, now) => ({
    ...now,
    in: true,
    command_ran: true,
    ...(refused_methods === undefined ? {} : { refused: refused_methods }),
  }),
})

function* complaints({ key, agent, passphrase, refused_methods = [] }: Params): Iterable<Complaint> {
  if (key === undefined && agent === undefined) yield { param: 'key', message: 'a key or an agent is needed to log in' }
  if (passphrase !== undefined && agent !== undefined) {
    yield { param: 'passphrase', message: 'an agent holds its keys without a passphrase' }
  }
  for (const method of refused_methods) {
    if (!METHODS.includes(method)) {
      yield {
        param: 'refused_methods',
        message: `ssh has no method "${method}"`,
        hint: `its methods are ${METHODS.join(', ')}`,
      }
    }
    if (method === 'publickey') {
      yield { param: 'refused_methods', message: 'publickey cannot be refused where a key is to get in' }
    }
  }
}

const probe = async (on: Look, given: Params): Promise<Now> => {
  const token = randomBytes(12).toString('hex')
  const echo = `echo ${token}`
  const command = given.command === undefined ? echo : `${given.command} && ${echo}`
  const answer = await on.login({ user: given.user, command, ...(await credential(on, given)) })
  const ran = answer.in && answer.stdout.split(/\s/).includes(token)
  const open = (given.refused_methods ?? []).filter((method) => answer.offered.includes(method))
  return {
    in: answer.in,
    command_ran: ran,
    offered: answer.offered,
    refused: (given.refused_methods ?? []).filter((method) => !open.includes(method)),
    notes: [
      ...(answer.in && ran ? [] : [answer.in ? `no command ran: ${answer.message}` : answer.message]),
      ...open.map((method) => `${method} is to be refused, and is offered`),
    ],
  }
}

const credential = async (on: Look, given: Params): Promise<Partial<LoginRequest>> => {
  const text = given.key === undefined ? null : await keyText(on, given.key, given.agent)
  if (given.agent === undefined) {
    if (!/PRIVATE KEY|PuTTY/.test(text ?? '')) refuse(`${given.key} holds no private key`)
    return {
      key: new Secret(text ?? ''),
      ...(given.passphrase === undefined ? {} : { passphrase: given.passphrase }),
    }
  }
  const socket = given.agent === 'env' ? process.env.SSH_AUTH_SOCK : await on.control.expand(given.agent)
  if (!socket) return refuse('no ssh-agent is known: SSH_AUTH_SOCK is not set')
  if (text === null) return { agent: { socket } }
  const line = readPublicLine(text) ?? refuse(`${given.key} holds no public key, which is what an agent is asked by`)
  return { agent: { socket, publicKey: `${line.key.type} ${line.key.blob}` } }
}

const keyText = async (on: Look, key: string, agent: string | undefined): Promise<string> => {
  if (agent !== undefined && readPublicLine(key) !== null) return key
  const path = resolve(await on.control.expand(key))
  const text = await on.control.read(path)
  return text ?? missing({ kind: 'file', name: path, message: `${path} is not on the control node` })
}
