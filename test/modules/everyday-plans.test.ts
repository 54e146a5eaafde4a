import assert from 'node:assert/strict'
import command from '../../modules/command.ts'
import file from '../../modules/file.ts'
import lineInFile from '../../modules/line_in_file.ts'
import packages from '../../modules/package.ts'
import selinuxBoolean from '../../modules/selinux_boolean.ts'
import service from '../../modules/service.ts'
import serviceReload from '../../modules/service_reload.ts'
import { LATER } from '../../src/contract/later.ts'
import type { Module } from '../../src/contract/module.ts'
import type { State } from '../../src/contract/state.ts'

const found = { kind: 'file', text: 'a\n', mode: '0600', owner: 'alice', group: 'users' } as const
const PATH = '/srv/it'
const later: State = { rc: LATER, stdout: LATER, stdout_lines: LATER, stderr: LATER, stderr_lines: LATER }
const notRun: State = { rc: null, stdout: null, stdout_lines: null, stderr: null, stderr_lines: null }

/** Of each module: what is asked, what was found, and what of the record is wanted. */
const PLANS: readonly (readonly [module: unknown, given: object, now: State, wanted: State])[] = [
  [
    lineInFile,
    { path: PATH, state: 'present', line: 'b', mode: '640', owner: 'bob' },
    { path: PATH, files: { [PATH]: found } },
    { path: PATH, files: { [PATH]: { ...found, text: 'a\nb\n', mode: '0640', owner: 'bob' } } },
  ],
  [
    lineInFile,
    { path: PATH, state: 'present', line: 'b', create: true },
    { path: PATH, files: { '/srv': null, [PATH]: null } },
    { path: PATH, files: { '/srv': { kind: 'directory' }, [PATH]: { kind: 'file', mode: '0644', text: 'b\n' } } },
  ],
  [
    lineInFile,
    { path: PATH, state: 'absent', line: 'a' },
    { path: PATH, files: { [PATH]: null } },
    { path: PATH, files: { [PATH]: null } },
  ],
  [
    file,
    { path: PATH, content: 'b', group: 'root' },
    { path: PATH, kind: 'file', files: { [PATH]: found } },
    { path: PATH, kind: 'file', files: { [PATH]: { ...found, text: 'b', group: 'root' } } },
  ],
  [
    file,
    { path: PATH, state: 'directory', mode: '700', owner: 'bob' },
    { path: PATH, kind: 'directory', files: { '/srv': null, [PATH]: null } },
    {
      ...{ path: PATH, kind: 'directory' },
      files: {
        '/srv': { kind: 'directory', mode: '0700', owner: 'bob' },
        [PATH]: { kind: 'directory', mode: '0700', owner: 'bob' },
      },
    },
  ],
  [
    file,
    { path: PATH, state: 'link', src: 'a' },
    { path: PATH, kind: 'link', files: { [PATH]: { kind: 'link', target: 'b', owner: 'root', group: 'root' } } },
    { path: PATH, kind: 'link', files: { [PATH]: { kind: 'link', target: 'a' } } },
  ],
  [
    file,
    { path: PATH, state: 'absent' },
    { path: PATH, kind: 'absent', files: { [PATH]: found } },
    { path: PATH, kind: 'absent', files: { [PATH]: null } },
  ],
  [command, { cmd: 'a' }, { ...notRun }, { ...later }],
  [command, { cmd: 'a', creates: PATH }, { ...notRun, done: false }, { ...later, done: true }],
  [command, { cmd: 'a' }, { ...notRun, rc: 0 }, { ...notRun, rc: 0 }],
  [
    packages,
    { name: ['a', 'b'], state: 'present' },
    { manager: 'dnf', installed: ['b'] },
    { manager: 'dnf', installed: ['a', 'b'] },
  ],
  [packages, { name: 'a', state: 'absent' }, { manager: 'dnf', installed: ['a'] }, { manager: 'dnf', installed: [] }],
  [
    selinuxBoolean,
    { state: false, persistent: true },
    { running: true, stored: null },
    { running: false, stored: false },
  ],
  [selinuxBoolean, { state: true, persistent: false }, { running: false }, { running: true }],
  [
    service,
    { state: 'stopped', enabled: true, masked: false },
    { running: true, enabled: false, masked: true },
    { running: false, enabled: true, masked: false },
  ],
  [service, { state: 'restarted' }, { running: false, done: null }, { running: true, done: LATER }],
  [service, { state: 'restarted' }, { running: true, done: 'restarted' }, { running: true, done: 'restarted' }],
  [service, { daemon_reload: true }, { unit_file: 'stale' }, { unit_file: 'current' }],
  [serviceReload, { force: false }, { running: false, loaded: null }, { running: true, loaded: 'current' }],
  [serviceReload, { force: false }, { running: true, loaded: 'stale' }, { running: true, loaded: 'current' }],
  [serviceReload, { force: true }, { running: true, reloaded: null }, { running: true, reloaded: LATER }],
]

describe('the plans of the everyday modules', () => {
  for (const [one, given, now, wanted] of PLANS) {
    const module = one as Module
    const plan = (state: State): State => module.plan(given as never, state as never) as State

    it(`${module.name} ${JSON.stringify(given)} wants what it names`, () => assert.deepEqual(plan(now), wanted))

    it(`${module.name} ${JSON.stringify(given)} wants nothing more where it has that`, () =>
      assert.deepEqual(plan(plan(now)), plan(now)))
  }
})
