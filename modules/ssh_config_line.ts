import {
  askAheadOfText,
  askClient,
  type Complaint,
  clientTree,
  defineModule,
  type Facts,
  field,
  type Look,
  optional,
  overridesOf,
  ownFiles,
  param,
  params,
  readClientFiles,
  record,
  refuse,
  type SshConfigTree,
  type SshConfigWish,
  type Static,
  splitWords,
  sshConfigArguments,
  standingValues,
  valueProblem,
  valuesToTake,
  withoutSshSetting,
  withSshSetting,
} from '../src/module.ts'

const schema = params({
  keyword: param.text('a setting of ssh_config(5), in any letter case', { examples: ['AddKeysToAgent'] }),
  value: optional(
    param.scalarOrList(
      'its value; several of IdentityFile, CertificateFile, SendEnv, the forwards and Include add up, a line each; with state absent only these are taken out',
    ),
  ),
  host: optional(
    param.text(
      'the patterns of the Host line to write under, as they stand there; `*`: what no earlier block says otherwise; without host and match: for every host, before the first Host or Match',
    ),
  ),
  match: optional(param.text('the criteria of the Match line to write under')),
  user: optional(param.text("the user whose own ~/.ssh/config it is, written with that user's powers")),
  path: optional(param.path('another file than /etc/ssh/ssh_config, which it is without user and path')),
  state: param.choice('whether ssh has the setting from this file or not', ['present', 'absent'], {
    default: 'present',
  }),
  follow: param.flag("where the user's file is a symbolic link: edits what it leads to", { default: false }),
})

type Params = Static<typeof schema>

const state = record({
  path: field.text('the file, links resolved'),
  base: field.text('where its relative Includes are looked for'),
  values: field.list('the values asked for that stand there'),
  meaning: field.list("the values asked for in ssh's own words"),
  obeyed: field.list('what ssh obeys'),
  complaint: field.text('why ssh refuses the file'),
})

type Now = Facts<typeof state>

/**
 * A setting is in ssh's client configuration, and ssh obeys it, or it is not there.
 *
 * ssh obeys the first line that applies: what is to win is put where ssh meets it first, and what nothing can outrank is
 * refused by name.
 */
export default defineModule({
  name: 'ssh_config_line',
  summary: "a setting is in ssh's client configuration, and obeyed, or it is not there",
  example: `
- name: keys are kept by the agent once they are unlocked
  ssh_config_line:
    user: alice
    keyword: AddKeysToAgent
    value: yes
`,
  params: schema,
  state,
  review: (given) => [...complaints(given)],
  probe: (on, given) => probe(on, given),
  plan: (given, now) => plan(given, now),
})

function* complaints({ keyword, value, host, match, user, path, state: wanted }: Params): Iterable<Complaint> {
  if (/^(host|match)$/i.test(keyword))
    yield { param: 'keyword', message: `${keyword} is no setting: write "${keyword.toLowerCase()}:"` }
  else if (!/^[A-Za-z][A-Za-z0-9]*$/.test(keyword)) yield { param: 'keyword', message: `"${keyword}" is no keyword` }
  if (host !== undefined && match !== undefined) yield { param: 'match', message: 'host and match exclude each other' }
  if (user !== undefined && path !== undefined) yield { param: 'path', message: 'user and path exclude each other' }
  for (const [name, text] of Object.entries({ host, match })) {
    if (text !== undefined && (/[\n\r]/.test(text) || splitWords(text).words.length === 0)) {
      yield { param: name, message: `${name} is one line of patterns` }
    }
  }
  if (value === undefined && wanted === 'present') yield { param: 'value', message: 'value is needed' }
  const problem = value === undefined ? null : valueProblem(keyword, value)
  if (problem !== null) yield { param: 'value', message: problem }
}

const wishOf = ({ keyword, value, host, match }: Params): SshConfigWish => ({
  keyword,
  values: value === undefined ? [] : sshConfigArguments(keyword, value),
  scope: {
    kind: host !== undefined ? 'host' : match !== undefined ? 'match' : 'global',
    words: splitWords(host ?? match ?? '').words,
  },
})

const probe = async (on: Look, given: Params): Promise<Now> => {
  const wish = wishOf(given)
  const { root, base, files, look } = await readClientFiles(on, given, async (eyes, path) => {
    if (given.state === 'present') await askAheadOfText(eyes, path, [wish])
  })
  const tree = clientTree(files, { root, base })
  if (given.state === 'absent') return { path: root, base, files, values: valuesToTake(tree, wish) }
  const { refusal, complaint, meaning, obeyed, notes } = await askClient(look, tree, wish, base)
  if (refusal !== null) refuse(`ssh refuses ${wish.keyword} ${wish.values.join(' ')}: ${refusal}`)
  if (complaint !== null && look.planned(root)) refuse(`ssh refuses the file, which it did before: ${complaint}`)
  const said = [...notes, ...overridesOf(tree, wish)]
  return { path: root, base, files, values: standingValues(tree, wish), meaning, obeyed, complaint, notes: said }
}

const plan = (given: Params, now: Now): Now => {
  const wish = wishOf(given)
  const path = String(now.path)
  const base = String(now.base)
  const tree = clientTree(now.files ?? {}, { root: path, base })
  if (given.state === 'absent') {
    const text = withoutSshSetting(tree.files[path] ?? '', wish)
    return { ...now, values: [], files: wantedFiles(given, now, text) }
  }
  const text = editedText(tree, wish)
  const obeyed: Partial<Now> = now.obeyed === null ? {} : { obeyed: now.meaning ?? null }
  return { ...now, ...obeyed, values: wish.values, complaint: null, files: wantedFiles(given, now, text) }
}

const editedText = (tree: SshConfigTree, wish: SshConfigWish): string => {
  const { text, outranked } = withSshSetting(tree, wish)
  if (outranked === null) return text
  const { file, number, line } = outranked
  return refuse(
    `${file}:${number} says "${line.spelled} ${line.value}" for every host, and ssh obeys the first line that applies: no block can outrank it`,
  )
}

const wantedFiles = (given: Params, now: Now, text: string): NonNullable<Now['files']> => {
  const files = now.files ?? {}
  const root = String(now.path)
  if (given.user !== undefined) return ownFiles(files, { root, base: String(now.base), user: given.user, text })
  const file = files[root]?.kind === 'file' ? files[root] : null
  return file === null && text === '' ? files : { ...files, [root]: { mode: '0644', ...file, kind: 'file', text } }
}
