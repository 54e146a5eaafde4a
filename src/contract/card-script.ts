/**
 * An agent of its own takes the card with the PIN, once, and signs with the key; its log says why where it does not. The
 * PIN comes by standard input, which ssh-add alone reads. What it needs meanwhile lives in memory and is gone behind it.
 */
export const WITH_PIN = `
folder=$(mktemp -d -p /dev/shm 2> /dev/null || mktemp -d) || exit 1
agent=
trap '[ -z "$agent" ] || kill "$agent"; rm -rf "$folder"' EXIT
printf '%s\\n' "$2" > "$folder/card.pub"
ssh-agent -d -a "$folder/socket" -P "$(readlink -f "$1")" < /dev/null > /dev/null 2> "$folder/log" &
agent=$!
tries=0
until [ -S "$folder/socket" ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || { echo 'no ssh-agent starts' >&2; exit 1; }
  sleep 0.1
done
export SSH_AUTH_SOCK="$folder/socket" SSH_ASKPASS_REQUIRE=never DISPLAY=
setsid -w ssh-add -s "$1" > "$folder/said" 2>&1 && ssh-add -T "$folder/card.pub" < /dev/null > "$folder/said" 2>&1
code=$?
grep -oE 'C_[A-Za-z]+ failed: [0-9]+|pin required|provider not allowed' "$folder/log"
cat "$folder/said" >&2
exit $code
`
