import type { Module } from '../contract/module.ts'
import { params, record } from '../contract/schema.ts'
import type { Task } from './shape.ts'

const nothing = { params: params({}), state: record({}), probe: async () => ({}), plan: () => ({}) }

/** Stands in the place of a module that is not known. */
export const UNKNOWN: Module = { ...nothing, name: 'a module', summary: '', example: '' }

/** Stands in the place of a module where a task says `meta: flush_handlers`. */
const meta: Module = {
  ...nothing,
  name: 'meta',
  summary: 'handlers that were notified have run',
  example: '- meta: flush_handlers',
}

/** The task `meta: flush_handlers`, but for its place. */
export const FLUSH: Omit<Task, 'at' | 'moduleAt'> = {
  name: 'flush_handlers',
  importedAt: [],
  named: false,
  title: null,
  sound: true,
  module: meta,
  params: new Map(),
  when: [],
  loop: null,
  loopVar: 'item',
  indexVar: null,
  loopLabel: null,
  register: null,
  // as in Ansible, handlers are flushed whatever tags are chosen
  tags: ['always'],
  notify: [],
  listen: [],
  ignoreErrors: false,
  noLog: false,
  delegateTo: null,
  runOnce: false,
  vars: new Map(),
  become: {},
  changedWhen: null,
  failedWhen: null,
  checkMode: null,
  diff: true,
  control: null,
  flush: true,
}
