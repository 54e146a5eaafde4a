import { randomUUID } from 'node:crypto'
import { posix } from 'node:path'
import { HostError } from '../contract/errors.ts'
import type { Answer, Touch } from '../contract/look.ts'
import { QUIETLY } from '../contract/quiet-script.ts'
import { Secret } from '../contract/secret.ts'
import { PERL_MAKE } from './make-perl.ts'

/** A pair to make in the place of whatever is there. */
export interface NewPair {
  readonly path: string
  readonly type: string
  /** null: the type has one size */
  readonly size: number | null
  /** null: ssh-keygen's own, `user@host` */
  readonly comment: string | null
  readonly passphrase: Secret | null
  /** of the private file */
  readonly mode: string
  /** `owner:group`, either of them or none */
  readonly owner: string
}

// Everything is made in a directory of its own beside the target, entered before anything is written in it, so that
// nobody who owns the target's directory can lead the key elsewhere; what was there is kept under another name.
const BESIDE = `
set -eu
umask 077
path=$1 mode=$2 owner=$3 tmp=$4
shift 4
${QUIETLY}
made= old= oldpub=
mkdir -m 700 -- "$tmp"
leave() {
  code=$?
  [ "$code" = 0 ] || [ -z "$made" ] || {
    if [ -n "$old" ]; then mv -f -- "$old" "$path"; else rm -f -- "$path"; fi
    if [ -n "$oldpub" ]; then mv -f -- "$oldpub" "$path.pub"; fi
  }
  cd /
  rm -rf -- "$tmp"
  exit "$code"
}
trap leave EXIT
trap 'exit 1' HUP INT TERM
cd -P -- "$tmp"
[ -O . ] || { echo 'its directory was exchanged meanwhile' >&2; exit 1; }
`

// ssh-keygen makes the private file with the mode 0600 and the other one with 0644 by this umask: both with other ones where
// the directory has rights of its own for what is made in it
const MAKE = `${BESIDE}
umask 022
name=\${path##*/}
quietly "$@" -f "./$name" >&2
set -- $(stat -c %a -- "./$name" "./$name.pub")
[ "\${1-}" = "\${mode#0}" ] || chmod -- "$mode" "./$name"
[ "\${2-}" = 644 ] || chmod 644 "./$name.pub"
[ -z "$owner" ] || chown -h -- "$owner" "./$name" "./$name.pub"
IFS= read -r line < "./$name.pub"
keep() { # NAME: a second name for what is there, else a copy
  k=$path.bak-$stamp$1
  ln -- "$path$1" "$k" 2>/dev/null || cp -p -- "$path$1" "$k"
  printf '%s' "$k"
}
if [ ! -e "$path" ] && [ ! -e "$path.pub" ]; then
  made=1
  mv -f -- "./$name" "./$name.pub" "\${path%/*}/"
else
  stamp=$(date -u +%Y%m%dT%H%M%SZ)
  [ ! -e "$path.bak-$stamp" ] || stamp=$stamp-$$
  [ ! -e "$path" ] || old=$(keep '')
  [ ! -e "$path.pub" ] || oldpub=$(keep .pub)
  made=1
  mv -f -- "./$name" "$path"
  [ -z "$old" ] || chmod go= "$old"
  mv -f -- "./$name.pub" "$path.pub"
fi
printf '%s\\n' "$line"
`

const COMMENT = `${BESIDE}
cp -p -- "$path" key
chmod 600 key
quietly "$@" -f ./key >&2
chmod -- "$mode" key
mv -f -- key "$path"
`

/** Makes a pair; one that was there is kept beside it, with the time in its name. Gives the public key's line. */
export const makePair = async (on: Touch, pair: NewPair): Promise<string> => {
  const { path, type, size, comment, passphrase, mode, owner } = pair
  const flags = [
    ...['-q', '-t', type],
    ...(size === null ? [] : ['-b', String(size)]),
    ...(comment === null ? [] : ['-C', comment]),
  ]
  const twice = passphrase === null ? null : new Secret(`${passphrase.reveal()}\n${passphrase.reveal()}\n`)
  const answer = await run(on, { script: MAKE, about: [path, mode, owner], flags, passphrase: twice })
  if (answer.code !== 0) throw failed(`cannot make the key ${path}`, answer)
  return answer.stdout.trimEnd()
}

/** Writes another comment into a private key; the key stays the same. */
export const commentKey = async (
  on: Touch,
  key: Pick<NewPair, 'path' | 'mode' | 'passphrase'> & { readonly comment: string },
): Promise<void> => {
  const { path, mode, comment, passphrase } = key
  const flags = ['-c', '-C', comment]
  const once = passphrase === null ? null : new Secret(`${passphrase.reveal()}\n`)
  const answer = await run(on, { script: COMMENT, about: [path, mode, ''], flags, passphrase: once })
  if (answer.code !== 0) throw failed(`cannot change the comment in ${path}`, answer)
}

interface Script {
  readonly script: string
  readonly about: readonly [path: string, mode: string, owner: string]
  readonly flags: readonly string[]
  readonly passphrase: Secret | null
}

const run = (on: Touch, { script, about, flags, passphrase }: Script): Promise<Answer> => {
  const empty = passphrase === null ? (flags[0] === '-c' ? ['-P', ''] : ['-N', '']) : []
  const [path] = about
  const beside = posix.dirname(path)
  const tmp = posix.join(beside, `.keyward-${randomUUID()}`)
  const argv = ['sh', '-c', script, 'sh', ...about, tmp, 'ssh-keygen', ...flags, ...empty]
  const shown = ['ssh-keygen', ...flags, '-f', path].join(' ')
  const twin = script === MAKE ? { twin: PERL_MAKE } : {}
  return on.do({ argv, inPlace: true, ...twin, shown, timeoutMs: 300_000, changes: [beside] }, passphrase ?? undefined)
}

const failed = (what: string, { code, stderr }: Answer): HostError => {
  const words = stderr.split('\n').map((line) => line.replace(/^(Enter [^:]*: )+/, '').trim())
  const last = words.filter((line) => line !== '').at(-1)
  return new HostError(`${what}: ${last ?? `ssh-keygen ended with ${code}`}`)
}
