import {
  type Complaint,
  defineModule,
  field,
  LATER,
  lookAtSetting,
  optional,
  param,
  params,
  record,
  settled,
  wrongParams,
} from '../src/module.ts'

/** Has sshd obey a value of one keyword, or a file say nothing of it. Follows sshd_config(5). */
export default defineModule({
  name: 'sshd_config_line',
  summary: 'sshd obeys a value for one keyword of its configuration',
  example: `- name: no password logins
  sshd_config_line:
    keyword: PasswordAuthentication
    value: no
`,
  params: params({
    keyword: param.text('the keyword, in any letter case, by its old or its new name'),
    value: optional(
      param.scalarOrList(
        'what sshd is to obey; true and false are written yes and no, a list as the keyword has lists. A Subsystem is known by its name, the first word',
      ),
    ),
    match: optional(
      param.text(
        'the block that it holds for, by its criteria, as in "User bob"; left out: wherever no block overrides it',
      ),
    ),
    state: param.choice('absent: the file says nothing of the keyword in that place', ['present', 'absent'], {
      default: 'present',
    }),
    path: param.path('the file that is written', { default: '/etc/ssh/sshd_config' }),
    create: param.flag('make the file where it is missing', { default: false }),
    explicit: param.flag('a line must say so, even where it is the default of sshd', { default: false }),
  }),
  state: record({
    effective: field.text('what sshd obeys, in its own words'),
    spelled: field.text('the wanted value in the words of sshd'),
    written: field.flag('whether a line says so'),
    path: field.text('the real path of the file'),
    version: field.text('the version of sshd'),
    rivals: field.list('what other files of the configuration say of it'),
  }),
  evidence: ['effective', 'written'],

  byText: (params) => params.explicit && params.state === 'present',
  review: (params): readonly Complaint[] => wrongParams(params),

  async probe(on, params) {
    const { text, isWritten, ...found } = await lookAtSetting(on, params)
    return { ...found, written: isWritten, files: { [found.path]: text === null ? null : { kind: 'file', text } } }
  },

  plan(params, now) {
    const isAbsent = params.state === 'absent'
    const isDone = isAbsent ? now.written === false : now.effective === now.spelled && (now.written || !params.explicit)
    if (isDone) return now
    const path = String(now.path)
    const file = now.files?.[path] ?? null
    const text = file?.kind === 'file' && typeof file.text === 'string' ? file.text : null
    const effective = now.effective === LATER ? null : (now.effective ?? null)
    const rivals = now.rivals === LATER ? [] : (now.rivals ?? [])
    const { notes = [] } = now
    const wanted = settled(params, { version: String(now.version), path, text, rivals, effective, notes })
    return {
      ...now,
      ...(isAbsent ? {} : { effective: now.spelled ?? null }),
      ...(isAbsent || params.explicit ? { written: !isAbsent } : {}),
      files: { [path]: { kind: 'file', text: wanted.text, ...(file === null ? { mode: '0600' } : {}) } },
      notes: wanted.notes,
    }
  },
})
