import { readFileSync, writeFileSync } from 'node:fs'

// PAM's keyrings count the users of all hosts with one uid as one user, and every systemd watches files of its own
const least = {
  'kernel/keys/maxkeys': 20_000,
  'kernel/keys/maxbytes': 2_000_000,
  'fs/inotify/max_user_instances': 8192,
}

/** Raises, never lowers, the kernel limits that many hosts with the same users run into. */
export function raiseLimits(): void {
  for (const [key, value] of Object.entries(least)) {
    const file = `/proc/sys/${key}`
    if (Number(readFileSync(file, 'utf8')) < value) writeFileSync(file, `${value}`)
  }
}
