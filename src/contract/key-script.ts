// ssh-keygen looks at a file's mode, not at a pipe's
export const UNLOCKED =
  'ssh-keygen -y -P "" -f "$1" || { cat -- "$1" | ssh-keygen -y -P "" -f /dev/stdin 2>/dev/null; }'

/**
 * What may be told of a private key's file, and how. An unprotected Ed25519 key is 64 private bytes at a fixed place:
 * bytes 161 to 224 of the file's content, which the base64 characters 214 to 299 carry. `first` is the first line of 70
 * characters, the same in every such file and in no other: no passphrase, one key, Ed25519. What stands before and behind
 * is the public key, twice, two equal random numbers, the comment and padding. Only where the first line is that one, and
 * the names and lengths that lead to the private bytes stand where they belong, the characters 70 to 209 and 300 to the
 * end are printed; of the ninety between, no more is told than that they are base64.
 */
export const PUBLIC_PARTS = {
  word: 'parts',
  first: 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW',
} as const

/**
 * Tells the public parts of the private key in its first argument; the second is the first line they begin with. The shell
 * reads by itself: a program would cost more. A file that is not as above is ssh-keygen's to read.
 */
export const PARTS = `
parts() {
  read -r line && [ "$line" = '-----BEGIN OPENSSH PRIVATE KEY-----' ] && read -r line && [ "$line" = "$2" ] &&
    read -r head && read -r more && read -r kept && read -r rest || return 1
  tail=\${rest#????????????????????}
  case $head$more$kept\${rest%"$tail"} in *[!A-Za-z0-9+/]*) return 1 ;; esac
  case \${#head}.\${#more}.\${#kept}.$head.$more.$kept.$rest in
    70.70.70.QyNTUxOQAAAC[ABCD]*.??AAAAtzc2gtZWQyNTUxOQAAAC[ABCD]*.AAAE[ABCD]*.????????????????????AAA*) ;;
    *) return 1 ;;
  esac
  while read -r line || return 1; [ "$line" != '-----END OPENSSH PRIVATE KEY-----' ]; do tail="$tail $line"; done
  case $tail in *[!A-Za-z0-9+/=\\ ]*) return 1 ;; esac
  echo "${PUBLIC_PARTS.word} $head $more $tail"
}
public_parts() {
  [ -f "$1" ] || return 1
  LC_ALL=C IFS=
  parts "$@" < "$1" || { ${UNLOCKED} }
}
public_parts "$@"
`
