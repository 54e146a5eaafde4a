import type { Look } from '../contract/look.ts'
import { field, type Static } from '../contract/schema.ts'

/** Whether the kernel is in FIPS mode. */
export const fipsSchema = field.flag('the kernel is in FIPS mode')

/** Reads whether the kernel is in FIPS mode. */
export const fipsFact = async (on: Look): Promise<Static<typeof fipsSchema>> =>
  ((await on.read('/proc/sys/crypto/fips_enabled')) ?? '0').trim() === '1'

/** What runs the services. */
export const initSchema = field.text('what runs the services: systemd, openrc, sysv or none')

/** Reads what runs the services. */
export const initFact = async (on: Look): Promise<Static<typeof initSchema>> => {
  const [systemd, openrc, scripts] = await Promise.all(
    ['/run/systemd/system', '/run/openrc', '/etc/init.d'].map((path) => on.file(path, { text: false })),
  )
  return systemd ? 'systemd' : openrc ? 'openrc' : scripts ? 'sysv' : 'none'
}

/** Who logs in. */
export const userSchema = field.text('the user who logs in')

/** Tells who logs in. */
export const userFact = async (on: Look): Promise<Static<typeof userSchema>> => on.connection.user
