import type { Look } from '../contract/look.ts'
import { field, record, type Static } from '../contract/schema.ts'

/** SELinux, as the kernel tells it. */
export const selinuxSchema = record({
  enabled: field.flag('SELinux is enabled'),
  mode: field.text('enforcing, permissive or disabled'),
})

/** Reads whether SELinux is enabled, and how; no tool of SELinux is needed. */
export const selinuxFact = async (on: Look): Promise<Static<typeof selinuxSchema>> => {
  const enforce = await on.read('/sys/fs/selinux/enforce')
  if (enforce === null) return { enabled: false, mode: 'disabled' }
  return { enabled: true, mode: enforce.trim() === '1' ? 'enforcing' : 'permissive' }
}
