import { HostError } from '../contract/errors.ts'
import type { Touch } from '../contract/look.ts'
import { questions } from '../contract/questions.ts'
import type { Secret } from '../contract/secret.ts'
import { refuse } from '../contract/signals.ts'
import type { CardKey } from './look-card.ts'

/** Refuses to send a PIN that could lock the card, or would go to more than one. */
export const checkPinMayBeTried = ({ pin, tokens, provider }: Pick<CardKey, 'pin' | 'tokens' | 'provider'>): void => {
  if (pin === 'locked') refuse('the PIN of the card is locked: its PUK unlocks it')
  if (pin === 'last try') {
    refuse(
      'the PIN is not tried: it is the last try before the card locks. Enter it by hand once, which gives the tries back',
    )
  }
  if (tokens !== null && tokens > 1) {
    refuse(`the PIN is not tried: ${provider} shows ${tokens} tokens, and it would be sent to each`)
  }
}

/**
 * Tries the PIN of a card, once: it is right, and the key signs with it. The answer is remembered as a question's is, so
 * that several hosts which enroll one card do not send a wrong PIN several times.
 */
export const tryPin = async (
  on: Touch,
  card: { readonly provider: string; readonly publicKey: string },
  pin: Secret,
): Promise<void> => {
  const { code, stdout, stderr } = await on.ask(questions.keySigns(card.provider, card.publicKey), pin)
  if (code === 0) return
  const said = stderr.replace(/Enter passphrase for PKCS#11: ?|\r/g, '').trim()
  throw new HostError(whyRefused(stdout) ?? `the card was not taken: ${said || stdout.trim()}`)
}

/** The codes are those of PKCS#11, in decimal. */
const whyRefused = (log: string): string | null => {
  const login = /C_Login failed: (\d+)/.exec(log)?.[1]
  if (login === '160') return 'the PIN is wrong: it was tried once, and is not tried again'
  if (login === '164') return 'the PIN is locked'
  if (login === '161' || login === '162' || /pin required/.test(log)) {
    return 'the PIN is too short, too long or empty: the card did not see it'
  }
  if (login !== undefined) return `the card refused the login (C_Login failed: ${login})`
  const other = /C_\w+ failed: \d+/.exec(log)?.[0]
  return other === undefined ? null : `the PIN is right, and the key does not sign (${other})`
}
