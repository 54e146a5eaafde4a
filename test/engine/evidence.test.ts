import assert from 'node:assert/strict'
import type { Evidence } from '../../src/contract/control.ts'
import { LATER } from '../../src/contract/later.ts'
import type { Module } from '../../src/contract/module.ts'
import type { State } from '../../src/contract/state.ts'
import { digest } from '../../src/engine/diff.ts'
import { evidenceOf } from '../../src/engine/evidence.ts'

const evidence = (now: State, wanted: State, shown?: readonly string[]): Evidence =>
  evidenceOf((shown === undefined ? {} : { evidence: shown }) as Module, { now, wanted })

const KEY = '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n'

interface Case {
  readonly what: string
  readonly now: State
  readonly wanted: State
  readonly expected: Evidence['expected']
  readonly effective: Evidence['effective']
}

const file = (about: object) => ({ files: { '/f': { kind: 'file' as const, ...about } } })

const CASES: readonly Case[] = [
  {
    what: 'a field that differs, and one that is as wanted',
    now: { value: 'yes', port: 22 },
    wanted: { value: 'no', port: 22 },
    expected: { value: 'no', port: 22 },
    effective: { value: 'yes', port: 22 },
  },
  {
    what: 'no field that the module does not want',
    now: { value: 'yes', other: 'x' },
    wanted: { value: 'no', other: undefined },
    expected: { value: 'no' },
    effective: { value: 'yes' },
  },
  {
    what: 'a field that is not there',
    now: {},
    wanted: { value: ['a'] },
    expected: { value: ['a'] },
    effective: { value: null },
  },
  {
    what: 'what is known after the run as not known',
    now: { value: null },
    wanted: { value: LATER },
    expected: { value: null },
    effective: { value: null },
  },
  {
    what: 'no notes and no sources as fields',
    now: { value: 1, notes: ['x'], source: [] },
    wanted: { value: 1, notes: ['x'], source: [] },
    expected: { value: 1 },
    effective: { value: 1 },
  },
  {
    what: 'no private key',
    now: { value: KEY },
    wanted: { value: 'x' },
    expected: { value: 'x' },
    effective: { value: '(private key, not shown)\n' },
  },
  {
    what: 'a text by its hash, and what else is managed of a file',
    now: file({ text: 'old', mode: '0644', owner: 'root' }),
    wanted: file({ text: 'new', mode: '0600' }),
    expected: { 'text of /f': digest('new'), 'mode of /f': '0600' },
    effective: { 'text of /f': digest('old'), 'mode of /f': '0644' },
  },
  {
    what: 'a text that is known after the run',
    now: file({ text: 'old' }),
    wanted: file({ text: LATER }),
    expected: { 'text of /f': null },
    effective: { 'text of /f': digest('old') },
  },
  {
    what: 'a file that is not there, by its kind too',
    now: { files: { '/f': null } },
    wanted: file({ text: 'new', mode: '0600' }),
    expected: { 'kind of /f': 'file', 'text of /f': digest('new'), 'mode of /f': '0600' },
    effective: { 'kind of /f': null, 'text of /f': null, 'mode of /f': null },
  },
  {
    what: 'a directory that stands in the place of a file',
    now: { files: { '/f': { kind: 'directory', mode: '0755' } } },
    wanted: file({ mode: '0600' }),
    expected: { 'kind of /f': 'file', 'mode of /f': '0600' },
    effective: { 'kind of /f': 'directory', 'mode of /f': '0755' },
  },
  {
    what: 'a directory of which nothing else is managed',
    now: { files: { '/f': { kind: 'directory', mode: '0755' } } },
    wanted: { files: { '/f': { kind: 'directory' } } },
    expected: { 'kind of /f': 'directory' },
    effective: { 'kind of /f': 'directory' },
  },
  {
    what: 'the target of a link',
    now: { files: { '/f': { kind: 'link', target: '/x' } } },
    wanted: { files: { '/f': { kind: 'link', target: '/y' } } },
    expected: { 'target of /f': '/y' },
    effective: { 'target of /f': '/x' },
  },
  {
    what: 'a file that is to go',
    now: file({ text: 'old', mode: '0600' }),
    wanted: { files: { '/f': null } },
    expected: { 'kind of /f': null },
    effective: { 'kind of /f': 'file' },
  },
  {
    what: 'a file that is gone',
    now: { files: { '/f': null } },
    wanted: { files: { '/f': { kind: 'absent' } } },
    expected: { 'kind of /f': null },
    effective: { 'kind of /f': null },
  },
]

describe('the evidence of a task', () => {
  for (const { what, now, wanted, expected, effective } of CASES)
    it(`shows ${what}`, () => {
      assert.deepEqual(evidence(now, wanted), { expected, effective, source: [] })
    })

  it('holds the fields that the module names, and no others', () => {
    const now = { value: 'yes', path: '/f', ...file({ text: 'old' }) }
    const wanted = { value: 'no', path: '/f', ...file({ text: 'new' }) }
    assert.deepEqual(evidence(now, wanted, ['value']), {
      expected: { value: 'no' },
      effective: { value: 'yes' },
      source: [],
    })
    assert.deepEqual(Object.keys(evidence(now, wanted, ['value', 'files']).expected), ['value', 'text of /f'])
  })

  it('says where what was found is set, without private keys', () => {
    const source = [
      { file: '/f', line: 3, text: 'PermitRootLogin yes', modifiedMs: 5 },
      { file: '/g', text: KEY },
      { file: '/h' },
    ]
    assert.deepEqual(evidence({ source }, {}).source, [
      source[0],
      { file: '/g', text: '(private key, not shown)\n' },
      source[2],
    ])
  })
})
