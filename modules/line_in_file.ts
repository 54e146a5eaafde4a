import {
  type Complaint,
  defineModule,
  editedText,
  entryOf,
  type Facts,
  type FileState,
  field,
  knownText,
  type LineRules,
  type Look,
  lineProblems,
  missing,
  newPath,
  optional,
  ownerSpelling,
  ownWriter,
  type PathState,
  param,
  params,
  record,
  refuse,
  refuseForeignLinks,
  type Static,
  shortDigest,
  validated,
  validateProblem,
} from '../src/module.ts'

const schema = params({
  path: param.path('the file to edit; where it is a link, the file it leads to is edited and the link kept'),
  state: param.choice('whether the line is there or not', ['present', 'absent'], { default: 'present' }),
  line: optional(param.text('the line, without its end')),
  regexp: optional(
    param.text('a Python regular expression: the last line it matches is replaced; with state absent all are removed'),
  ),
  search_string: optional(param.text('as regexp, but a plain part of the line')),
  insertafter: optional(
    param.text('where nothing is replaced: after the last line that this Python regular expression matches, or EOF'),
  ),
  insertbefore: optional(
    param.text('where nothing is replaced: before the last line that this Python regular expression matches, or BOF'),
  ),
  firstmatch: param.flag('the first line that matches counts, not the last', { default: false }),
  backrefs: param.flag(
    'line is a template for the groups of regexp (\\1, \\g<name>); without a match nothing is done',
    {
      default: false,
    },
  ),
  create: param.flag('makes the file, and its directories, where it is missing', { default: false }),
  backup: param.flag('keeps the text as it was beside the file', { default: false }),
  validate: optional(
    param.text('a command that must succeed before anything is written; it reads the new text where it says %s'),
  ),
  mode: optional(param.mode('the mode of the file')),
  owner: optional(param.text('the user to whom the file belongs')),
  group: optional(param.text('the group to which the file belongs')),
})

type Params = Static<typeof schema>

const state = record({
  path: field.text('the file edited, links resolved'),
})

type Now = Facts<typeof state>

/**
 * A line is in a text file, or is not.
 *
 * The rules are those of Ansible's lineinfile.
 */
export default defineModule({
  name: 'line_in_file',
  summary: 'a line is in a text file, or is not',
  example: `
- name: the agent starts with the session
  line_in_file:
    path: ~/.bashrc
    line: eval $(ssh-agent)
`,
  params: schema,
  state,
  review: (given) => [...complaints(given), ...lineProblems(rulesOf(given))],
  probe: (on, given) => probe(on, given),
  plan: (given, now) => plan(given, now),
})

const rulesOf = (given: Params): LineRules => ({
  line: given.line,
  regexp: given.regexp,
  searchString: given.search_string,
  insertAfter: given.insertafter,
  insertBefore: given.insertbefore,
  firstMatch: given.firstmatch,
  backrefs: given.backrefs,
  absent: given.state === 'absent',
})

const complaints = ({ validate }: Params): readonly Complaint[] => {
  const problem = validate === undefined ? null : validateProblem(validate)
  return problem === null ? [] : [{ param: 'validate', message: problem }]
}

const probe = async (on: Look, given: Params): Promise<Now> => {
  const asked = await on.expand(given.path)
  const [found, spelled] = await Promise.all([on.file(asked), ownerSpelling(on, given)])
  if (found === null) return await probeMissing(on, given)
  await refuseForeignLinks(on, asked, found)
  if (found.kind === 'directory') refuse(`Path ${given.path} is a directory !`)
  if (found.kind === 'link') refuse(`${given.path} is a link to ${found.target}, which does not exist`)
  const text = knownText(found)
  if (given.validate !== undefined && on.planned(found.path) && editedText(text, rulesOf(given)) === text) {
    await validated(on, given.validate, text)
  }
  const writer = editedText(text, rulesOf(given)) === text ? {} : await ownWriter(on, found, given)
  return { path: found.path, files: { [found.path]: { ...spelled(entryOf(found)), ...writer } as PathState } }
}

const probeMissing = async (on: Look, given: Params): Promise<Now> => {
  if (given.state === 'present' && !given.create) {
    missing({ kind: 'file', name: given.path, message: `Destination ${given.path} does not exist !` })
  }
  const { path, parents } = await newPath(on, given.path)
  const needed = given.state === 'present' ? parents : []
  return { path, files: Object.fromEntries([...needed, path].map((one) => [one, null])) }
}

const plan = (given: Params, now: Now): Now => {
  const path = String(now.path)
  const there = now.files?.[path] ?? null
  if (there === null && given.state === 'absent') return now
  const before = there?.kind === 'file' && typeof there.text === 'string' ? there.text : ''
  const text = editedText(before, rulesOf(given))
  if (text !== editedText(text, rulesOf(given))) {
    refuse('the line would be edited again by every run: regexp takes the line that it makes, and makes another of it')
  }
  if (there === null && given.backrefs) return now
  const backup = given.backup && there !== null && text !== before ? backupOf(path, there, before) : {}
  const parents = Object.keys(now.files ?? {}).filter((one) => one !== path)
  const made = parents.map((one) => [one, now.files?.[one] ?? { kind: 'directory' }] as const)
  return { ...now, files: { ...Object.fromEntries(made), ...backup, [path]: wantedFile(given, there, text) } }
}

const wantedFile = (given: Params, there: PathState, text: string): FileState => ({
  ...(there?.kind === 'file' ? there : { mode: '0644' }),
  ...(given.mode === undefined ? {} : { mode: given.mode.padStart(4, '0') }),
  ...(given.owner === undefined ? {} : { owner: given.owner }),
  ...(given.group === undefined ? {} : { group: given.group }),
  kind: 'file',
  text,
})

const backupOf = (path: string, there: PathState, text: string): Record<string, PathState> => ({
  [`${path}.${shortDigest(text)}~`]: there,
})
