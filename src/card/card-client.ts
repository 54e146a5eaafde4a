import type { Look } from '../contract/look.ts'
import { questions } from '../contract/questions.ts'
import type { PathState } from '../contract/state.ts'
import { shortDigest } from '../formats/digest.ts'
import { withoutSshSetting, withSshSetting } from '../formats/ssh-config-edit.ts'
import type { SshConfigTree } from '../formats/ssh-config-order.ts'
import { type SshConfigWish, sshConfigWord, valuesToTake } from '../formats/ssh-config-wish.ts'
import { readPkcs11Uri, type TokenKey } from '../formats/token.ts'

/** A card's key as a client is told of it. */
export interface ClientCard extends Pick<TokenKey, 'type' | 'blob' | 'label' | 'id'> {
  readonly provider: string
  /** the URI that the user gave */
  readonly uri?: string | undefined
}

/** How this machine's ssh is told of a card: by URI, which Red Hat's knows, or by the provider's path. */
export const knowsUris = async (on: Look): Promise<boolean> => {
  const { code, stderr } = await on.ask(questions.sshKnowsUris())
  return code !== 127 && !/not accessible/.test(stderr)
}

/** The name of the file with the card's public key, which tells ssh which key of the card to offer. */
export const publicKeyFile = (blob: string): string => `card-${shortDigest(blob)}.pub`

/** The lines that make ssh use the card for some hosts, in the dialect that it knows; the other one would end every login. */
export const cardWishes = (
  card: ClientCard,
  about: { readonly scope: SshConfigWish['scope']; readonly uris: boolean },
): readonly SshConfigWish[] => {
  const { scope } = about
  const wish = (keyword: string, value: string): SshConfigWish => ({ scope, keyword, values: [sshConfigWord(value)] })
  if (about.uris) return [wish('IdentityFile', uriOf(card))]
  return [
    wish('PKCS11Provider', card.provider),
    wish('IdentityFile', `~/.ssh/${publicKeyFile(card.blob)}`),
    wish('IdentitiesOnly', 'yes'),
  ]
}

const uriOf = ({ uri, id, label, provider }: ClientCard): string => {
  if (uri !== undefined) {
    const { modulePath } = readPkcs11Uri(uri) ?? {}
    return modulePath ? uri : `${uri}${uri.includes('?') ? '&' : '?'}module-path=${provider}`
  }
  const which = id === null ? `object=${encodeURIComponent(label)}` : `id=${id.replace(/../g, '%$&')}`
  return `pkcs11:${which}?module-path=${provider}`
}

/** Writes the wished lines, or takes them out; lines of the dialect that this ssh does not know go in any case. */
export const withCard = (
  tree: SshConfigTree,
  wishes: readonly SshConfigWish[],
  about: { readonly uris: boolean; readonly state: 'present' | 'absent' },
): ReturnType<typeof withSshSetting> => {
  let edit: ReturnType<typeof withSshSetting> = { text: tree.files[tree.root] ?? '', outranked: null }
  const here = (): SshConfigTree => ({ ...tree, files: { ...tree.files, [tree.root]: edit.text } })
  for (const wish of wishes) {
    if (edit.outranked !== null) return edit
    edit =
      about.state === 'present'
        ? withSshSetting(here(), wish)
        : { text: withoutSshSetting(edit.text, wish), outranked: null }
  }
  const [first] = wishes
  if (first === undefined || about.uris) return edit
  const identities = { scope: first.scope, keyword: 'IdentityFile', values: [] }
  const foreign = valuesToTake(here(), identities).filter((value) => /^"?pkcs11:/.test(value))
  if (foreign.length === 0) return edit
  return { ...edit, text: withoutSshSetting(edit.text, { ...identities, values: foreign }) }
}

/** The file with the card's public key: ssh complains of one that others can read. */
export const publicKeyState = ({ type, blob, label }: ClientCard, as: string): PathState => ({
  kind: 'file',
  text: `${[type, blob, label].filter((word) => word !== '').join(' ')}\n`,
  mode: '0600',
  owner: as,
  as,
})
