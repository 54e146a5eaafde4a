import {
  type Complaint,
  defineModule,
  field,
  limited,
  lookAtPermissions,
  optional,
  param,
  params,
  record,
} from '../src/module.ts'

/** Files and directories belong to whom they should, and nobody has more rights in them than at most. */
export default defineModule({
  name: 'file_permissions',
  summary: 'files belong to whom they should, and have no more permissions than at most',
  example: `
- name: host keys are root's alone
  file_permissions:
    paths: /etc/ssh/ssh_host_*_key
    at_most: '0600'
    owner: root
    group: root
    or_group: ssh_keys
    or_at_most: '0640'
`,
  params: params({
    paths: param.oneOrMore(
      'files and directories, or patterns with * ? [ ] that name them; ~ and ~user are homes. Links are not followed',
    ),
    at_most: param.mode(
      'the mode of which no bit may be missing here that a file has; stricter ones are left as they are',
    ),
    owner: optional(param.text('the user to whom they belong')),
    group: optional(param.text('the group to which they belong')),
    or_group: optional(param.text('another group that is as good')),
    or_at_most: optional(param.mode('at_most for files of or_group')),
    missing_ok: param.flag('a path that is not there is fine; a pattern that names nothing always is', {
      default: false,
    }),
  }),
  state: record({ paths: field.list('the files and directories that are there') }),
  evidence: ['files'],

  review: ({ paths, group, or_group, or_at_most }): readonly Complaint[] => [
    ...(typeof paths === 'string' ? [paths] : paths)
      .filter((path) => !/^[/~]/.test(path))
      .map((path) => ({ param: 'paths', message: `"${path}" is not absolute`, hint: 'begin with / or ~' })),
    ...(or_group !== undefined && group === undefined
      ? [{ param: 'or_group', message: 'or_group is as good as group, and there is no group' }]
      : []),
    ...(or_at_most !== undefined && or_group === undefined
      ? [{ param: 'or_at_most', message: 'or_at_most is about or_group, and there is no or_group' }]
      : []),
  ],

  probe: async (on, { paths, missing_ok: isMissingFine, ...limits }) =>
    await lookAtPermissions(on, { paths: typeof paths === 'string' ? [paths] : paths, limits, isMissingFine }),

  plan: (limits, now) => ({
    ...now,
    files: Object.fromEntries(Object.entries(now.files ?? {}).map(([path, entry]) => [path, limited(entry, limits)])),
  }),
})
