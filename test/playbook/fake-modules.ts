import { LATER } from '../../src/contract/later.ts'
import { defineModule, type Module } from '../../src/contract/module.ts'
import { field, optional, param, params, record } from '../../src/contract/schema.ts'

const nothing = { probe: async () => ({}), plan: () => ({}) }

/** A key of a user: what parameters of every kind look like. */
const key = defineModule({
  ...nothing,
  name: 'key',
  summary: 'a user may log in with a key',
  example: '',
  params: params({
    user: param.text('whose', { minLength: 1 }),
    keys: optional(param.oneOrMore('the keys')),
    options: optional(param.list('options')),
    state: param.choice('whether it is there', ['present', 'absent'], { default: 'present' }),
    exclusive: param.flag('no other', { default: false }),
    path: optional(param.path('where')),
    mode: optional(param.mode('its mode')),
    size: optional(param.integer('bits', { minimum: 1, maximum: 100 })),
    value: optional(param.scalarOrList('as written')),
    passphrase: optional(param.secret('opens it')),
  }),
  state: record({ public_key: field.text('the public key'), fingerprint: field.text('its fingerprint') }),
  review: ({ user, keys }, { looped }) => [
    ...(user === 'root' ? [{ param: 'user', message: 'root has no keys', hint: 'use another user' }] : []),
    ...(looped.has('keys') && keys !== undefined ? [{ param: 'keys', message: 'a key from a loop' }] : []),
  ],
  sole: ({ user, exclusive }) => (exclusive ? `the keys of ${user}` : null),
})

/** An act, when nothing says what it creates. */
const command = defineModule({
  name: 'command',
  summary: 'a command has run',
  example: '',
  params: params({ cmd: param.text('what runs'), creates: optional(param.path('what it makes')) }),
  state: record({ rc: field.number('exit code'), stdout: field.text('output') }),
  probe: async () => ({ rc: null, stdout: null }),
  plan: () => ({ rc: LATER, stdout: LATER }),
  isAct: ({ creates }) => creates === undefined,
})

/** A standing handler. */
const reload = defineModule({
  ...nothing,
  name: 'service_reload',
  summary: 'a unit has loaded its files',
  example: '',
  params: params({ name: param.text('the unit') }),
  state: record({ loaded: field.flag('whether it has') }),
  standing: true,
})

const file = defineModule({
  ...nothing,
  name: 'file',
  summary: 'a file is there',
  example: '',
  params: params({ path: param.path('where'), mode: optional(param.mode('its mode')) }),
  state: record({ kind: field.text('what is there') }),
})

/** The modules of these tests. */
export const fakeModules: readonly Module[] = [key, command, reload, file] as unknown as readonly Module[]
