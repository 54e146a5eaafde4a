import { HELPERS } from './helpers.ts'

/** The facts of a host, as dotted paths: what `facts` may be asked for. */
export const FACTS: readonly string[] = [
  'os.family',
  'os.id',
  'os.version',
  'ssh.version',
  'ssh.unit',
  'ssh.port',
  'selinux.enabled',
  'selinux.mode',
  'fips',
  'init',
  'user',
]

/** Variables that are always there. */
export const MAGIC: readonly string[] = ['inventory_hostname', 'group_names', 'groups', 'hostvars', 'playbook_dir']

/** What every register holds beside the fields of its module's record. */
export const ALWAYS_REGISTERED: readonly string[] = ['changed', 'failed', 'skipped', 'msg']

/** Says why a name cannot be a variable's; null where it can. */
export const whyNoVariable = (name: string): string | null => {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    return `Invalid variable name "${name}": a name is letters, digits and _, and does not begin with a digit`
  if (Object.hasOwn(HELPERS, name)) return `"${name}" is a helper of templates and cannot be a variable`
  if (name === 'facts' || name === 'this' || MAGIC.includes(name))
    return `"${name}" is a name of ours and cannot be a variable`
  return null
}
