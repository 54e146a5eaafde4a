import {
  type Complaint,
  defineModule,
  field,
  loginMethods,
  lookAtMethods,
  optional,
  param,
  params,
  record,
} from '../src/module.ts'

/**
 * Certain methods are the only ones by which anybody may log in, under every Match of sshd's configuration.
 *
 * It asks sshd (sshd -T -C) about connections that together meet every Match: root, somebody of each user and group that
 * is named, addresses in and out of each network, ports. It states and changes nothing.
 */
export default defineModule({
  name: 'login_methods',
  summary: 'certain methods are the only ones by which anybody may log in',
  example: `
- name: keys are the only way in, for everybody and from everywhere
  login_methods:
    only: [publickey]
`,
  params: params({
    only: {
      ...param.list(
        `the methods that may be open: ${loginMethods.join(', ')}. A chain of AuthenticationMethods that asks for a key counts as publickey`,
        { minItems: 1 },
      ),
      default: ['publickey'],
    },
    except: optional(param.list('accounts of which it is not claimed')),
  }),
  state: record({
    methods: field.list('the methods that are open to anybody, in alphabetical order'),
    witness: field.list('for each method that is too much, a connection that may use it, and the line that says so'),
  }),
  evidence: ['methods'],

  review: ({ only }): readonly Complaint[] =>
    only
      .filter((method) => !loginMethods.includes(method))
      .map((method) => ({
        param: 'only',
        message: `sshd has no method "${method}"`,
        hint: `its methods are ${loginMethods.join(', ')}`,
      })),

  async probe(on, { only, except = [] }) {
    return await lookAtMethods(on, { only, except })
  },

  plan: ({ only }, now) => ({
    ...now,
    methods: Array.isArray(now.methods) ? now.methods.filter((method: string) => only.includes(method)) : [],
  }),
})
