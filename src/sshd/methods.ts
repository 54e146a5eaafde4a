import type { Obeyed } from './ask.ts'

/** The ways in that sshd has, and the keyword that opens each. */
export const METHOD_KEYWORDS: Readonly<Record<string, string>> = {
  publickey: 'PubkeyAuthentication',
  password: 'PasswordAuthentication',
  'keyboard-interactive': 'KbdInteractiveAuthentication',
  hostbased: 'HostbasedAuthentication',
  'gssapi-with-mic': 'GSSAPIAuthentication',
}

/** The names of the methods. */
export const METHODS: readonly string[] = Object.keys(METHOD_KEYWORDS)

/**
 * The methods by which a connection may log in, as sshd answered for it. A chain of AuthenticationMethods that asks for a
 * key is a login by key, whatever else it asks for; one with a method that is switched off lets nobody in.
 */
export const waysIn = ({ values }: Obeyed, about: { readonly isRoot: boolean }): readonly string[] => {
  const said = (keyword: string): string => (values.get(keyword)?.[0] ?? '').trim().toLowerCase()
  if (said('refuseconnection') === 'yes') return []
  const open = METHODS.filter(
    (method) => isOpen(method, said) && (!about.isRoot || isForRoot(method, said('permitrootlogin'))),
  )
  const chains = said('authenticationmethods')
    .split(/\s+/)
    .filter((chain) => chain !== '')
  if (chains.length === 0 || chains.includes('any')) return open
  const ways = chains
    .map(methodsIn)
    .filter((chain) => chain.every((one) => open.includes(one) || !METHODS.includes(one)))
  return [...new Set(ways.flatMap((chain) => (chain.includes('publickey') ? ['publickey'] : chain)))]
}

const isOpen = (method: string, said: (keyword: string) => string): boolean => {
  if (said(METHOD_KEYWORDS[method]?.toLowerCase() ?? '') === 'yes') return true
  // up to 8.6 this switches it on too
  return method === 'keyboard-interactive' && said('challengeresponseauthentication') === 'yes'
}

const isForRoot = (method: string, permitted: string): boolean => {
  if (permitted === 'no') return false
  if (permitted === 'forced-commands-only') return method === 'publickey'
  const byPassword = method === 'password' || method === 'keyboard-interactive'
  return !byPassword || !['prohibit-password', 'without-password'].includes(permitted)
}

const methodsIn = (chain: string): readonly string[] => chain.split(',').map((method) => method.split(':')[0] ?? '')
