import type { Module } from '../contract/module.ts'
import { PLAY, TASK } from '../playbook/keywords.ts'
import { fieldsOfSchema, type ParamSchema } from '../playbook/schema.ts'

type JsonSchema = Readonly<Record<string, unknown>>

const TEMPLATE: JsonSchema = { type: 'string', pattern: '\\{\\{', description: 'a template' }
const FLAG: JsonSchema = {
  anyOf: [{ type: 'boolean' }, { enum: ['yes', 'no', 'on', 'off', 'true', 'false', 0, 1] }, TEMPLATE],
}
const TEXT: JsonSchema = { type: ['string', 'number', 'boolean'] }
const TEXTS: JsonSchema = { anyOf: [TEXT, { type: 'array', items: TEXT }] }
const MAP: JsonSchema = { type: 'object' }
const NUMBER: JsonSchema = { anyOf: [{ type: 'number' }, TEMPLATE] }

/** What stands behind a keyword, where it is not a yes or no. */
const KEYWORDS: Readonly<Record<string, JsonSchema>> = {
  name: TEXT,
  hosts: TEXTS,
  vars: MAP,
  vars_files: TEXTS,
  become_user: TEXT,
  become_method: { enum: ['sudo'] },
  serial: { anyOf: [{ type: ['number', 'string'] }, { type: 'array', items: { type: ['number', 'string'] } }] },
  max_fail_percentage: NUMBER,
  connection: { enum: ['ssh', 'local'] },
  remote_user: TEXT,
  tags: TEXTS,
  when: { anyOf: [TEXT, { type: 'array', items: TEXT }] },
  changed_when: TEXTS,
  failed_when: TEXTS,
  loop: { anyOf: [{ type: 'array' }, TEMPLATE] },
  loop_control: MAP,
  register: { type: 'string' },
  notify: TEXTS,
  listen: TEXTS,
  delegate_to: TEXT,
  args: MAP,
  control: { anyOf: [TEXTS, { type: 'object' }] },
}

/** The JSON Schema of a playbook, for editors: their completion and their first look at a mistake. */
export const playbookSchema = (modules: readonly Module[]): JsonSchema => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'keyward playbook',
  type: 'array',
  items: { anyOf: [{ $ref: '#/definitions/play' }, { $ref: '#/definitions/import_playbook' }] },
  definitions: {
    play: {
      type: 'object',
      required: ['hosts'],
      additionalProperties: false,
      properties: keywordSchemas(PLAY.ours),
    },
    import_playbook: {
      type: 'object',
      required: ['import_playbook'],
      additionalProperties: false,
      properties: { import_playbook: TEXT, name: TEXT, vars: MAP, when: TEXTS, tags: TEXTS },
    },
    tasks: { type: 'array', items: { $ref: '#/definitions/task' } },
    task: {
      type: 'object',
      additionalProperties: false,
      properties: {
        ...keywordSchemas(TASK.ours),
        meta: { enum: ['flush_handlers'] },
        import_tasks: TEXT,
        ...Object.fromEntries(modules.map((module) => [module.name, moduleSchema(module)])),
      },
      anyOf: [...modules.map(({ name }) => name), 'meta', 'import_tasks'].map((name) => ({ required: [name] })),
    },
  },
})

const LISTS_OF_TASKS = new Set(['tasks', 'pre_tasks', 'post_tasks', 'handlers'])

const keywordSchemas = (keywords: ReadonlySet<string>): JsonSchema =>
  Object.fromEntries(
    [...keywords].map((keyword) => [
      keyword,
      LISTS_OF_TASKS.has(keyword) ? { $ref: '#/definitions/tasks' } : (KEYWORDS[keyword] ?? FLAG),
    ]),
  )

const moduleSchema = (module: Module): JsonSchema => {
  const fields = fieldsOfSchema(module.params)
  const map = {
    type: 'object',
    description: module.summary,
    additionalProperties: false,
    properties: Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, paramSchema(schema)])),
  }
  return 'cmd' in fields ? { anyOf: [{ type: 'string' }, map] } : map
}

/** A parameter as a playbook may write it: a template stands for anything, a plain scalar for a text. */
const paramSchema = (schema: ParamSchema): JsonSchema => {
  const { description = '', default: value } = schema
  const help = { description, ...(value === undefined ? {} : { default: value }) }
  if (schema.enum !== undefined) return { ...help, anyOf: [{ enum: schema.enum }, TEMPLATE] }
  if (schema.type === 'boolean') return { ...help, ...FLAG }
  if (schema.type === 'integer' || schema.type === 'number') return { ...help, ...NUMBER }
  if (schema.format === 'file-mode') return { ...help, anyOf: [{ type: 'string', pattern: '^[0-7]{3,4}$' }, TEMPLATE] }
  if (schema.format === 'host-path') return { ...help, anyOf: [{ type: 'string', pattern: '^[/~]' }, TEMPLATE] }
  return { ...help, ...(schema.type === 'string' ? TEXT : TEXTS) }
}
