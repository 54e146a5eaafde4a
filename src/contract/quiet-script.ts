/**
 * Runs its arguments so that they ask for a passphrase on their standard input: a tool that finds a terminal or a display
 * asks there. busybox's setsid, which knows no -w, waits anyway.
 */
export const NO_TERMINAL = `
unset DISPLAY SSH_ASKPASS
export SSH_ASKPASS_REQUIRE=never
if { true < /dev/tty; } 2> /dev/null && command -v setsid > /dev/null; then
  if setsid -w true 2> /dev/null; then exec setsid -w "$@"; else exec setsid "$@"; fi
fi
exec "$@"
`

/** Defines a function of sh that runs a command so that it asks for a passphrase on its standard input. */
export const QUIETLY = `quietly() (${NO_TERMINAL})`
