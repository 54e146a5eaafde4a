import type { Mistake } from '../contract/errors.ts'
import { itemsOf, type YamlNode } from '../yaml/node.ts'
import { recordOf, type YamlRecord } from '../yaml/record.ts'
import type { Channel, Given } from './shape.ts'

const MAIL = ['server', 'from', 'to', 'user', 'password_env', 'password_file', 'password']
const WEBHOOK = ['url', 'url_env', 'url_file', 'headers']
const SECRET_HINT = 'say where it is: an environment variable (…_env) or a file (…_file)'

/** Reads `channels`: by name, where notifications go. */
export const channelsIn = (node: YamlNode | undefined, mistakes: Mistake[]): readonly Channel[] => {
  if (node === undefined) return []
  if (node.kind !== 'map') {
    mistakes.push({ message: '"channels" is a map of names', at: node.at })
    return []
  }
  return node.entries.flatMap(({ key, value }) => {
    const record = recordOf(value, { keys: ['webhook', 'command', 'mail'], what: `the channel "${key}"`, mistakes })
    return record === null ? [] : (channelOf(key, record, mistakes) ?? [])
  })
}

const channelOf = (name: string, record: YamlRecord, mistakes: Mistake[]): Channel | undefined => {
  const [kind, second] = (['webhook', 'command', 'mail'] as const).filter((key) => record.has(key))
  if (kind === undefined || second !== undefined)
    return record.complain(second ?? 'webhook', `the channel "${name}" is one of webhook, command, mail`)
  const node = record.node(kind)
  if (node === undefined) return record.complain(kind, `"${kind}" says nothing`)
  if (kind === 'command') return commandOf(name, record)
  return kind === 'mail' ? mailOf(name, record) : webhookOf(name, node, record, mistakes)
}

const commandOf = (name: string, record: YamlRecord): Channel | undefined => {
  const node = record.node('command')
  const words = record.texts('command')
  const argv = node?.kind === 'list' ? words : words.flatMap((line) => line.split(/\s+/).filter(Boolean))
  return argv.length === 0 ? undefined : { name, kind: 'command', argv }
}

const webhookOf = (name: string, node: YamlNode, record: YamlRecord, mistakes: Mistake[]): Channel | undefined => {
  if (node.kind === 'scalar') {
    const url = urlIn(record, 'webhook')
    return url === undefined ? undefined : { name, kind: 'webhook', url: { text: url }, headers: {} }
  }
  const inner = record.record('webhook', WEBHOOK)
  if (inner === undefined) return undefined
  const url = inner.has('url') ? textGiven(urlIn(inner, 'url')) : whereIn(inner, 'url')
  if (url === undefined)
    return inner.has('url') ? undefined : inner.complain('url', 'a webhook has a url', 'url, url_env or url_file')
  return { name, kind: 'webhook', url, headers: headersIn(inner.node('headers'), mistakes) }
}

const textGiven = (text: string | undefined): Given | undefined => (text === undefined ? undefined : { text })

const urlIn = (record: YamlRecord, key: string): string | undefined => {
  const text = record.text(key) ?? ''
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    return record.complain(key, `"${text}" is no URL of a webhook`, 'as in https://hooks.example.com/keyward')
  return new URL(text).password === ''
    ? text
    : record.complain(key, 'a password stands in the URL', 'say where the URL is: url_env or url_file')
}

const whereIn = (record: YamlRecord, key: string): Given | undefined => {
  const [env, file] = [record.text(`${key}_env`), record.text(`${key}_file`)]
  return env !== undefined ? { env } : file !== undefined ? { file } : undefined
}

const headersIn = (node: YamlNode | undefined, mistakes: Mistake[]): Readonly<Record<string, Given>> => {
  if (node === undefined) return {}
  if (node.kind !== 'map') {
    mistakes.push({ message: '"headers" is a map', at: node.at })
    return {}
  }
  return Object.fromEntries(
    node.entries.flatMap(({ key, value }): (readonly [string, Given])[] => {
      if (value.kind === 'scalar') {
        if (/auth|token|secret|key/i.test(key)) {
          mistakes.push({
            message: `a secret stands in the header "${key}"`,
            at: value.at,
            hint: '{env: NAME} or {file: PATH}',
          })
          return []
        }
        return [[key, { text: String(value.value) }]]
      }
      const record = recordOf(value, { keys: ['env', 'file'], what: `the header "${key}"`, mistakes })
      const [env, file] = [record?.text('env'), record?.text('file')]
      return env !== undefined ? [[key, { env }]] : file !== undefined ? [[key, { file }]] : []
    }),
  )
}

const mailOf = (name: string, record: YamlRecord): Channel | undefined => {
  const mail = record.record('mail', MAIL)
  if (mail === undefined) return undefined
  if (mail.has('password')) return mail.complain('password', 'a password stands in the schedule', SECRET_HINT)
  const [server, from, to] = [mail.text('server'), mail.text('from'), mail.texts('to')]
  if (server === undefined || !/^smtps?:\/\/[^/]+$/.test(server))
    return mail.complain('server', 'a mail has a server', 'as in smtp://mail.example.com:25')
  if (/:.*@/.test(server.slice(7))) return mail.complain('server', 'a password stands in the server', SECRET_HINT)
  if (from === undefined) return mail.complain('from', 'a mail has a sender: from')
  if (to.length === 0) return mail.complain('to', 'a mail has somebody to go to: to')
  const user = mail.text('user') ?? null
  return { name, kind: 'mail', server, from, to, user, password: whereIn(mail, 'password') ?? null }
}

/** The items of a list, or a single text. */
export const listed = (node: YamlNode | undefined): readonly YamlNode[] => (node === undefined ? [] : itemsOf(node))
