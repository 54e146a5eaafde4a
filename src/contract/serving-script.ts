/**
 * PROGRAM RELEASE: says the release that the server of this connection named, where it runs the program on disk; else asks
 * that. Whoever serves this shell is above it, and a file that a process runs cannot be written to: both are one then.
 */
export const IF_IT_SERVES = `
pid=$$
while [ "$pid" -gt 1 ] && read -r stat < "/proc/$pid/stat"; do
  if [ "/proc/$pid/exe" -ef "$1" ]; then echo "OpenSSH_$2"; exit 0; fi
  stat=\${stat##*) }
  stat=\${stat#* }
  pid=\${stat%% *}
done 2> /dev/null
exec "$1" -V
`
