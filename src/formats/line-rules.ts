import { byData } from '../contract/by-text.ts'
import { bytesOf, textOf } from '../contract/bytes.ts'
import { type LineFinder, withLine, withoutLine } from './line-edit.ts'
import { pythonRegexp, templateProblem } from './python-regexp.ts'

/** How a text is to be edited, as lineinfile's parameters say it. */
export interface LineRules {
  readonly line?: string | undefined
  /** Python's regular expressions */
  readonly regexp?: string | undefined
  readonly insertAfter?: string | undefined
  readonly insertBefore?: string | undefined
  readonly searchString?: string | undefined
  readonly firstMatch: boolean
  readonly backrefs: boolean
  readonly absent: boolean
}

/** One thing that is wrong with the rules; `param` is lineinfile's name of it. */
export interface LineProblem {
  readonly param: string
  readonly message: string
  readonly hint?: string
}

/** What is wrong with the rules, in lineinfile's words where it has some. */
export const lineProblems = (rules: LineRules): readonly LineProblem[] => [
  ...pairProblems(rules),
  ...emptyProblems(rules),
  ...(rules.absent ? absentProblems(rules) : presentProblems(rules)),
  ...patternProblems(rules),
]

/** Edits a text by rules that have no problems; bytes of lines that are not ours stay. */
export const editedText = (text: string, rules: LineRules): string => edited({ text, rules })

// a hundred hosts with the same file, looked at several times, have it edited once
const edited = byData(({ text, rules }: { readonly text: string; readonly rules: LineRules }): string => {
  const find = finderOf(rules)
  const line = asBytes(wantedLine(rules))
  const { insertAfter, insertBefore, firstMatch, backrefs } = rules
  const bytes = rules.absent
    ? withoutLine(asBytes(text), find, line)
    : withLine(asBytes(text), {
        line,
        find,
        after: insertAfter === undefined || isPlace(insertAfter) ? null : compiled(insertAfter),
        before: insertBefore === undefined || insertBefore === 'BOF' ? null : compiled(insertBefore),
        atBeginning: insertBefore === 'BOF' || insertAfter === 'BOF',
        ...{ firstMatch, backrefs },
      })
  return textOf(Buffer.from(bytes, 'latin1'))
})

const asBytes = (text: string): string => bytesOf(text).toString('latin1')

/** A line written as a YAML block has an end of its own, which is not part of it. */
const wantedLine = (rules: LineRules): string => (rules.line ?? '').replace(/\r?\n$/, '')

const isPlace = (insert: string): boolean => insert === 'EOF' || insert === 'BOF' || insert === ''

const finderOf = ({ regexp, searchString }: LineRules): LineFinder | null =>
  regexp !== undefined ? compiled(regexp) : searchString !== undefined ? asBytes(searchString) : null

const compiled = (pattern: string): RegExp => {
  const translated = pythonRegexp(asBytes(pattern))
  if ('problem' in translated) throw new Error(`an unchecked pattern: ${translated.problem}`)
  return translated.regexp
}

const pairProblems = (rules: LineRules): readonly LineProblem[] => {
  const both = (one: unknown, other: unknown, param: string, names: string): readonly LineProblem[] =>
    one !== undefined && one !== false && other !== undefined
      ? [{ param, message: `parameters are mutually exclusive: ${names}` }]
      : []
  return [
    ...both(rules.insertBefore, rules.insertAfter, 'insertafter', 'insertbefore|insertafter'),
    ...both(rules.regexp, rules.searchString, 'search_string', 'regexp|search_string'),
    ...both(rules.backrefs, rules.searchString, 'search_string', 'backrefs|search_string'),
  ]
}

const emptyProblems = ({ regexp, searchString }: LineRules): readonly LineProblem[] => {
  const message = (what: string): string => `the ${what} is an empty string, which will match every line in the file`
  return [
    ...(regexp === ''
      ? [
          {
            param: 'regexp',
            message: message('regular expression'),
            hint: 'leave it out, or use ^ where that is meant',
          },
        ]
      : []),
    ...(searchString === ''
      ? [{ param: 'search_string', message: message('search string'), hint: 'leave it out' }]
      : []),
  ]
}

const presentProblems = (rules: LineRules): readonly LineProblem[] => [
  ...(rules.line === undefined ? [{ param: 'line', message: 'line is required with state=present' }] : []),
  ...(rules.backrefs && rules.regexp === undefined
    ? [{ param: 'backrefs', message: 'regexp is required with backrefs=true' }]
    : []),
  ...(wantedLine(rules).includes('\n')
    ? [{ param: 'line', message: 'line holds more than one line', hint: 'use a loop, or a task for each line' }]
    : []),
]

const absentProblems = ({ line, regexp, searchString }: LineRules): readonly LineProblem[] =>
  line === undefined && regexp === undefined && searchString === undefined
    ? [{ param: 'state', message: 'one of line, search_string, or regexp is required with state=absent' }]
    : []

const patternProblems = (rules: LineRules): readonly LineProblem[] => {
  const patterns = [
    ['regexp', rules.regexp],
    ['insertafter', isPlace(rules.insertAfter ?? '') ? undefined : rules.insertAfter],
    ['insertbefore', rules.insertBefore === 'BOF' ? undefined : rules.insertBefore],
  ] as const
  const problems = patterns.flatMap(([param, pattern]) => patternProblem(param, pattern))
  return problems.length > 0 ? problems : backrefProblem(rules)
}

const patternProblem = (param: string, pattern: string | undefined): readonly LineProblem[] => {
  if (pattern === undefined) return []
  const translated = pythonRegexp(asBytes(pattern))
  return 'problem' in translated ? [{ param, message: `invalid regular expression: ${translated.problem}` }] : []
}

const backrefProblem = (rules: LineRules): readonly LineProblem[] => {
  if (!rules.backrefs || rules.regexp === undefined || rules.line === undefined) return []
  const problem = templateProblem(asBytes(rules.line), compiled(rules.regexp))
  return problem === null ? [] : [{ param: 'line', message: problem }]
}
