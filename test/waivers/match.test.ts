import assert from 'node:assert/strict'
import type { Finding } from '../../src/contract/control.ts'
import { isAbout, isOfValue, observedOf } from '../../src/waivers/match.ts'
import type { Waiver } from '../../src/waivers/shape.ts'
import { change, finding, waiver } from './waiver.ts'

const SUBJECTS: readonly (readonly [string, Partial<Waiver>, Partial<Finding>, boolean])[] = [
  ['its control on one of its hosts', {}, {}, true],
  ['another id of the same control', { subject: { kind: 'control', name: 'CIS-5.1.16' } }, {}, true],
  ['another control', { subject: { kind: 'control', name: 'SSH-AUTH-08' } }, {}, false],
  ['a control in another case', { subject: { kind: 'control', name: 'ssh-auth-07' } }, {}, false],
  ['another host', {}, { host: 'web1' }, false],
  ['a task without a control', {}, { control: null }, false],
  ['a task by its name', { subject: { kind: 'task', name: 'few tries' } }, { control: null }, true],
  ['a task by what its name became', { subject: { kind: 'task', name: 'few tries' } }, { written: '{{ x }}' }, true],
  ['a task by its name as written', { subject: { kind: 'task', name: 'k {{ x }}' } }, { written: 'k {{ x }}' }, true],
  ['a task called like the control', { subject: { kind: 'task', name: 'SSH-AUTH-07' } }, {}, false],
  ['a control called like the task', { subject: { kind: 'control', name: 'few tries' } }, {}, false],
]

const FILE = '/etc/ssh/sshd_config'
const effective = (value: string | null) => [change('effective', value)]

const VALUES: readonly (readonly [string, NonNullable<Waiver['value']>, Finding['changes'], boolean])[] = [
  ['a word', '6', effective('6'), true],
  ['another word', '6', effective('7'), false],
  ['a number for its digits', '22', [change('port', 22)], true],
  ['yes for true', 'yes', [change('running', true)], true],
  ['true for yes', 'true', effective('yes'), true],
  ['No for false', 'No', [change('running', false)], true],
  ['off for no', 'off', effective('no'), true],
  ['no for yes', 'no', effective('yes'), false],
  ['none for what is not there', 'none', effective(null), true],
  ['a word for what is not there', '6', effective(null), false],
  ['a list', ['a', 'b'], [change('ciphers', ['a', 'b'])], true],
  ['a list with one more', ['a', 'b'], [change('ciphers', ['a', 'b', 'c'])], false],
  ['a list in another order', ['b', 'a'], [change('ciphers', ['a', 'b'])], false],
  ['a word for a list of it', 'a', [change('ciphers', ['a'])], false],
  ['every differing field', 'yes', [change('running', 'yes'), change('stored', true)], true],
  ['one of two differing fields', 'yes', [change('running', 'yes'), change('stored', 'no')], false],
  ['a field beside the text that it stands in', '6', [...effective('6'), change('text', 'sha256:1', FILE)], true],
  ['a mode beside a text that differs too', '0644', [change('mode', '0644', FILE), change('text', 's', FILE)], false],
  ['a mode of a file', '0644', [change('mode', '0644', FILE)], true],
  ['fields', { effective: '6', written: 'no' }, [...effective('6'), change('written', false)], true],
  ['fields of which one is as wanted by now', { effective: '6', written: 'no' }, effective('6'), true],
  ['fields without one that differs', { written: 'no' }, [...effective('6'), change('written', false)], false],
  ['a field of a file', { [`mode of ${FILE}`]: '0644' }, [change('mode', '0644', FILE)], true],
  ['a field of another file', { 'mode of /x': '0644' }, [change('mode', '0644', FILE)], false],
  ['a text by its hash', 'sha256:1', [change('text', 'sha256:1', FILE)], true],
  ['a field that every object has', { constructor: 'x' }, [change('toString', 'x')], false],
]

describe('a waiver', () => {
  for (const [what, about, found, expected] of SUBJECTS)
    it(`is ${expected ? '' : 'not '}of ${what}`, () => {
      assert.equal(isAbout(waiver(about), finding(found)), expected)
    })

  for (const [what, value, changes, expected] of VALUES)
    it(`whose value is ${what} ${expected ? 'holds' : 'does not hold'}`, () => {
      assert.equal(isOfValue(value, observedOf({ changes })), expected)
    })
})
