import type { Mistake } from '../contract/errors.ts'
import { wordsFor, type YamlNode } from '../yaml/node.ts'
import { recordOf, type YamlRecord } from '../yaml/record.ts'
import type { Channel, Given } from './shape.ts'

const KINDS = ['webhook', 'command', 'mail'] as const
const MAIL = ['server', 'from', 'to', 'user', 'password_env', 'password_file', 'password']
const WEBHOOK = ['url', 'url_env', 'url_file', 'headers']
const WHERE_URL = 'say where it is: url_env, or url_file'
const WHERE_PASSWORD = 'say where it is: password_env, or password_file'
const SECRET_HEADER = /auth|token|secret|key|cookie/i
const SECRET_QUERY = /^(?:.*[_-])?(?:token|secret|password|key|sig|signature)$/i

/** Reads `channels`: by name, where notifications go; `names` has those with mistakes too. */
export const channelsIn = (
  node: YamlNode | undefined,
  mistakes: Mistake[],
): { readonly channels: readonly Channel[]; readonly names: readonly string[] } => {
  if (node === undefined) return { channels: [], names: [] }
  if (node.kind !== 'map') {
    mistakes.push({ message: `"channels" is a map of names, not ${wordsFor(node)}`, at: node.at })
    return { channels: [], names: [] }
  }
  const channels = node.entries.flatMap(({ key, value }) => {
    const record = recordOf(value, { keys: KINDS, what: `the channel "${key}"`, mistakes })
    return record === null ? [] : (channelOf(key, record, mistakes) ?? [])
  })
  return { channels, names: node.entries.map(({ key }) => key) }
}

const channelOf = (name: string, record: YamlRecord, mistakes: Mistake[]): Channel | undefined => {
  const [kind, second] = KINDS.filter((key) => record.has(key))
  if (kind === undefined || second !== undefined)
    return record.complain(second ?? 'webhook', `the channel "${name}" is one of webhook, command, mail`)
  const node = record.node(kind)
  if (node === undefined) return record.complain(kind, `"${kind}" says nothing`)
  if (kind === 'command') return commandOf(name, record)
  return kind === 'mail' ? mailOf(name, record) : webhookOf(name, node, record, mistakes)
}

const commandOf = (name: string, record: YamlRecord): Channel | undefined => {
  if (record.node('command')?.kind === 'list') return { name, kind: 'command', argv: record.texts('command') }
  const text = record.text('command')
  if (text === undefined) return undefined
  // there is no shell that would read the signs
  if (/["'\\$`|&;<>*?()]/.test(text))
    return record.complain('command', 'a command with signs of the shell is a list', 'as in [sh, -c, "…"]')
  return { name, kind: 'command', argv: text.trim().split(/\s+/) }
}

const webhookOf = (name: string, node: YamlNode, record: YamlRecord, mistakes: Mistake[]): Channel | undefined => {
  if (node.kind === 'scalar') {
    const url = urlIn(record, 'webhook')
    return url === undefined ? undefined : { name, kind: 'webhook', url: { text: url }, headers: {} }
  }
  const inner = record.record('webhook', WEBHOOK)
  if (inner === undefined) return undefined
  const headers = headersIn(inner.node('headers'), mistakes)
  const [first, second] = ['url', 'url_env', 'url_file'].filter((key) => inner.has(key))
  if (first === undefined) return inner.complain('url', 'a webhook has a URL: url, url_env or url_file')
  if (second !== undefined) return inner.complain(second, `a webhook has two URLs: "${first}" and "${second}"`)
  const url = first === 'url' ? textGiven(urlIn(inner, 'url')) : whereIn(inner, 'url')
  return url === undefined ? undefined : { name, kind: 'webhook', url, headers }
}

const textGiven = (text: string | undefined): Given | undefined => (text === undefined ? undefined : { text })

const urlIn = (record: YamlRecord, key: string): string | undefined => {
  const text = record.text(key)
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : null
  if (url !== null && (url.password !== '' || url.username !== ''))
    return record.complain(key, 'a password stands in the URL', WHERE_URL)
  if (url !== null && [...url.searchParams.keys()].some((one) => SECRET_QUERY.test(one)))
    return record.complain(key, 'a secret stands in the URL', WHERE_URL)
  if (url !== null && /^https?:$/.test(url.protocol)) return text
  return record.complain(key, `"${text}" is no URL of a webhook`, 'as in https://hooks.example.com/keyward')
}

const whereIn = (record: YamlRecord, key: string): Given | undefined => {
  const [env, file] = [record.text(`${key}_env`), record.text(`${key}_file`)]
  if (env !== undefined && file !== undefined)
    return record.complain(`${key}_file`, `"${key}_env" and "${key}_file" are two places`, 'leave one out')
  return env !== undefined ? { env } : file !== undefined ? { file } : undefined
}

const headersIn = (node: YamlNode | undefined, mistakes: Mistake[]): Readonly<Record<string, Given>> => {
  if (node === undefined) return {}
  if (node.kind !== 'map') {
    mistakes.push({ message: `"headers" is a map, not ${wordsFor(node)}`, at: node.at })
    return {}
  }
  return Object.fromEntries(
    node.entries.flatMap(({ key, value }) => {
      const given = headerIn(key, value, mistakes)
      return given === undefined ? [] : [[key, given] as const]
    }),
  )
}

const headerIn = (key: string, node: YamlNode, mistakes: Mistake[]): Given | undefined => {
  if (node.kind === 'scalar') {
    if (!SECRET_HEADER.test(key)) return { text: node.raw }
    const hint = 'say where it is: {env: NAME}, or {file: PATH}'
    mistakes.push({ message: `a secret stands in the header "${key}"`, at: node.at, hint })
    return undefined
  }
  const record = recordOf(node, { keys: ['env', 'file'], what: `the header "${key}"`, mistakes })
  if (record === null) return undefined
  const [env, file] = [record.text('env'), record.text('file')]
  if ((env === undefined) === (file === undefined))
    return record.complain('env', `the header "${key}" has one place: env, or file`)
  return env !== undefined ? { env } : { file: file ?? '' }
}

const mailOf = (name: string, record: YamlRecord): Channel | undefined => {
  const mail = record.record('mail', MAIL)
  if (mail === undefined) return undefined
  if (mail.has('password')) mail.complain('password', 'a password stands in the schedule', WHERE_PASSWORD)
  const server = serverIn(mail)
  const from = addressesIn(mail, 'from', 'a mail has a sender: from')
  const to = addressesIn(mail, 'to', 'a mail has somebody to go to: to')
  const user = mail.text('user') ?? null
  const password = whereIn(mail, 'password') ?? null
  if (password !== null && user === null) mail.complain('user', "a password is somebody's: user")
  if (server === undefined) return undefined
  return { name, kind: 'mail', server, from: from[0] ?? '', to, user, password }
}

const serverIn = (mail: YamlRecord): string | undefined => {
  const server = mail.text('server')
  const hint = 'as in smtp://mail.example.com:25, or smtps://…'
  if (server === undefined) return mail.complain('server', 'a mail has a server', hint)
  const url = URL.canParse(server) ? new URL(server) : null
  if (url !== null && (url.password !== '' || url.username !== ''))
    return mail.complain('server', 'a password stands in the server', WHERE_PASSWORD)
  const isServer = url !== null && /^smtps?:$/.test(url.protocol) && url.hostname !== '' && /^\/?$/.test(url.pathname)
  return isServer ? server : mail.complain('server', `"${server}" is no mail server`, hint)
}

const addressesIn = (mail: YamlRecord, key: string, missing: string): readonly string[] => {
  const given = mail.texts(key)
  if (given.length === 0) mail.complain(key, missing)
  for (const one of given) if (!/^[^\r\n]*[^\s@]+@[^\s@]+$/.test(one)) mail.complain(key, `"${one}" is no mail address`)
  return given
}
