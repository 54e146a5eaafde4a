import { becomeOf } from './become.ts'
import type { Fields } from './fields.ts'
import type { Become, Condition, Template } from './shape.ts'
import type { TemplateContext } from './template.ts'

/** What a task takes over from its play and from what imports it. */
export interface Inherited {
  readonly tags: readonly string[]
  readonly when: readonly Condition[]
  readonly vars: ReadonlyMap<string, Template>
  readonly become: Become
  readonly noLog: boolean
  readonly ignoreErrors: boolean
  readonly runOnce: boolean
  readonly checkMode: boolean | null
  readonly diff: boolean
}

/** Nothing is taken over. */
export const NOTHING_INHERITED: Inherited = {
  tags: [],
  when: [],
  vars: new Map(),
  become: {},
  noLog: false,
  ignoreErrors: false,
  runOnce: false,
  checkMode: null,
  diff: true,
}

/** What a play, an import or a task says, on top of what it takes over: tags, conditions and variables add up, the nearest wins for the rest. */
export const inheritedBy = (outer: Inherited, fields: Fields, context: TemplateContext): Inherited => ({
  ...marksOf(outer, fields),
  when: [...outer.when, ...fields.conditions('when')],
  vars: new Map([...outer.vars, ...fields.variables('vars')]),
  become: { ...outer.become, ...becomeOf(fields, context) },
})

/** The tags, and what is yes or no. */
export const marksOf = (outer: Inherited, fields: Fields): Omit<Inherited, 'when' | 'vars' | 'become'> => ({
  tags: [...new Set([...outer.tags, ...tagsOf(fields)])],
  noLog: fields.flag('no_log') ?? outer.noLog,
  ignoreErrors: fields.flag('ignore_errors') ?? outer.ignoreErrors,
  runOnce: fields.flag('run_once') ?? outer.runOnce,
  checkMode: fields.flag('check_mode') ?? outer.checkMode,
  diff: fields.flag('diff') ?? outer.diff,
})

// a list, or a text in which commas separate them
const tagsOf = (fields: Fields): readonly string[] =>
  fields.texts('tags').flatMap((text) =>
    text
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  )
