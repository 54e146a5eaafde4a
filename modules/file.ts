import {
  type Complaint,
  defineModule,
  entryOf,
  type Facts,
  type Found,
  field,
  fileSource,
  type Look,
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
  validated,
  validateProblem,
} from '../src/module.ts'

const schema = params({
  path: param.path('the file, directory or link'),
  state: optional(
    param.choice(
      'file: it is there (with content: as given); directory: made with its parents; link: a symbolic link to src; ' +
        'touch: a file is there, made empty where it is missing, its times left alone; absent: nothing is there. ' +
        'By default a link where src is given, else what is there already, else a file',
      ['file', 'directory', 'link', 'touch', 'absent'],
    ),
  ),
  content: optional(param.text('the whole text of the file')),
  src: optional(param.text('where the link points, as written')),
  mode: optional(param.mode('the mode of the file or directory, and of the directories made for it')),
  owner: optional(param.text('the user to whom it belongs')),
  group: optional(param.text('the group to which it belongs')),
  follow: param.flag('where path is a link, what it leads to is managed and the link kept', { default: true }),
  force: param.flag('a link may replace a file or an empty directory, and may point to what does not exist', {
    default: false,
  }),
  validate: optional(
    param.text('a command that must succeed before anything is written; it reads the new text where it says %s'),
  ),
})

type Params = Static<typeof schema>

const state = record({
  path: field.text('the path, links resolved as far as they are followed'),
  kind: field.text('what is to be there'),
})

type Now = Facts<typeof state>

type Kind = NonNullable<Params['state']>

/** A path is a file, a directory, a link, or nothing. */
export default defineModule({
  name: 'file',
  summary: 'a path is a file, a directory, a link, or nothing',
  example: `
- name: the banner is the company's
  file:
    path: /etc/issue.net
    content: |
      Authorized use only.
    mode: '0644'
`,
  params: schema,
  state,
  evidence: ['files'],
  review: (given) => complaints(given),
  probe: (on, given) => probe(on, given),
  plan: (given, now) => plan(given, now),
})

const complaints = (given: Params): readonly Complaint[] => {
  const kind = given.state ?? (given.src !== undefined ? 'link' : 'file')
  const wrong = given.validate === undefined ? null : validateProblem(given.validate)
  return [
    ...(given.src !== undefined && kind !== 'link'
      ? [{ param: 'src', message: "src option requires state to be 'link'", hint: 'give the text as content' }]
      : []),
    ...(kind === 'link' && given.src === undefined
      ? [{ param: 'state', message: 'src is required for creating new symlinks' }]
      : []),
    ...(given.content !== undefined && kind !== 'file'
      ? [{ param: 'content', message: `content is the text of a file, and state is ${kind}` }]
      : []),
    ...(given.mode !== undefined && (kind === 'link' || kind === 'absent')
      ? [{ param: 'mode', message: kind === 'link' ? 'a link has no mode' : 'what is absent has no mode' }]
      : []),
    ...(given.validate !== undefined && given.content === undefined
      ? [{ param: 'validate', message: 'validate judges the content, and there is none' }]
      : []),
    ...(wrong === null ? [] : [{ param: 'validate', message: wrong }]),
  ]
}

const probe = async (on: Look, given: Params): Promise<Now> => {
  const asked = await on.expand(given.path)
  const follow = given.follow && given.state !== 'link' && given.state !== 'absent' && given.src === undefined
  const text = given.content !== undefined
  const [found, spelled] = await Promise.all([on.file(asked, { follow, text }), ownerSpelling(on, given)])
  if (follow && found !== null) await refuseForeignLinks(on, asked, found)
  const kind = wantedKind(given, found)
  if (found === null) return await probeMissing(on, given, kind)
  await checkFound(on, given, { kind, found })
  const isRewritten = found.kind === 'file' && given.content !== undefined && given.content !== found.text
  const writer = isRewritten ? await ownWriter(on, found, given) : {}
  return {
    path: found.path,
    kind,
    files: { [found.path]: { ...spelled(entryOf(found)), ...writer } as PathState },
    source: [fileSource(on, found)],
  }
}

const wantedKind = (given: Params, found: Found | null): Kind => {
  if (given.state !== undefined) return given.state
  if (given.src !== undefined) return 'link'
  return given.content === undefined && found?.kind === 'directory' ? 'directory' : 'file'
}

const probeMissing = async (on: Look, given: Params, kind: Kind): Promise<Now> => {
  if (kind === 'file' && given.content === undefined) {
    missing({ kind: 'file', name: given.path, message: `file (${given.path}) is absent, cannot continue` })
  }
  const { path, parents } = await newPath(on, given.path)
  if (kind !== 'directory' && kind !== 'absent' && parents.length > 0) {
    missing({ kind: 'directory', name: String(parents.at(-1)) })
  }
  await checkTarget(on, given, kind, path)
  const all = kind === 'absent' ? [path] : [...parents, path]
  return { path, kind, files: Object.fromEntries(all.map((one) => [one, null])) }
}

const checkFound = async (
  on: Look,
  given: Params,
  { kind, found }: { readonly kind: Kind; readonly found: Found },
): Promise<void> => {
  const { path } = found
  if (kind === 'absent' || kind === 'link') {
    const isLeft = kind === 'link' && !given.force
    if (isLeft && found.kind !== 'link') refuse(`refusing to convert from ${found.kind} to symlink for ${path}`)
    if (found.kind === 'directory' && ((await on.list(path)) ?? []).length > 0) refuse(notEmpty(kind, path))
    return await checkTarget(on, given, kind, path)
  }
  if (found.kind === 'link') {
    if (given.follow) refuse(`${path} is a link to ${found.target}, which does not exist`)
    if (given.content === undefined || !given.force) refuse(`${kind} (${path}) is link, cannot continue`)
  }
  if (kind === 'directory' && found.kind !== 'directory') refuse(`${path} already exists as a ${found.kind}`)
  if (kind !== 'directory' && found.kind === 'directory') refuse(`file (${path}) is directory, cannot continue`)
  if (given.validate !== undefined && on.planned(path) && found.text === given.content) {
    await validated(on, given.validate, String(given.content))
  }
}

const notEmpty = (kind: Kind, path: string): string =>
  kind === 'link'
    ? `the directory ${path} is not empty, refusing to convert it`
    : `the directory ${path} is not empty, and no tree is ever removed: remove what is in it first`

const checkTarget = async (on: Look, given: Params, kind: Kind, path: string): Promise<void> => {
  if (kind !== 'link' || given.force || given.src === undefined) return
  const target = given.src.startsWith('/') ? given.src : `${path.slice(0, path.lastIndexOf('/'))}/${given.src}`
  if ((await on.file(target, { text: false })) !== null) return
  missing({
    kind: 'file',
    name: target,
    message: `src file does not exist, use "force: true" if you really want to create the link: ${target}`,
  })
}

const plan = (given: Params, now: Now): Now => {
  const path = String(now.path)
  const there = now.files?.[path] ?? null
  const files = Object.entries(now.files ?? {}).map(([one, found]) =>
    one === path ? [one, wanted(given, now.kind as Kind, there)] : [one, found ?? directory(given)],
  )
  return { ...now, files: Object.fromEntries(files) }
}

const wanted = (given: Params, kind: Kind, there: PathState): PathState => {
  if (kind === 'absent') return null
  if (kind === 'directory') return { ...(there?.kind === 'directory' ? there : {}), ...directory(given) }
  if (kind === 'link') return { kind: 'link', target: given.src ?? '', ...owners(given) }
  const text = given.content ?? (there?.kind === 'file' ? undefined : '')
  const base = there?.kind === 'file' ? there : { mode: '0644' }
  return { ...base, kind: 'file', ...(text === undefined ? {} : { text }), ...mode(given), ...owners(given) }
}

const directory = (given: Params): PathState & object => ({ kind: 'directory', ...mode(given), ...owners(given) })

const mode = (given: Params): { mode?: string } =>
  given.mode === undefined ? {} : { mode: given.mode.padStart(4, '0') }

const owners = ({ owner, group }: Params): { owner?: string; group?: string } => ({
  ...(owner === undefined ? {} : { owner }),
  ...(group === undefined ? {} : { group }),
})
