/** What we say to a name of Ansible that is not ours: the name of ours, or that it is not there yet. */
export interface Answer {
  readonly message: string
  readonly hint?: string
}

const table = (entries: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(entries))

const OURS: ReadonlyMap<string, string> = table({
  lineinfile: 'line_in_file',
  seboolean: 'selinux_boolean',
  openssh_keypair: 'ssh_keypair',
  ssh_config: 'ssh_config_line',
  systemd: 'service',
  systemd_service: 'service',
  sysvinit: 'service',
  copy: 'file',
  template: 'file',
  stat: 'file',
  shell: 'command',
  raw: 'command',
  script: 'command',
  apt: 'package',
  dnf: 'package',
  dnf5: 'package',
  yum: 'package',
  apk: 'package',
  zypper: 'package',
})

const NOT_YET = new Set(
  `add_host apt_key apt_repository assemble assert async_status blockinfile cron deb822_repository debconf debug
  dpkg_selections expect fail fetch find get_url getent git group group_by hostname include include_role include_tasks
  include_vars import_role iptables known_hosts package_facts pause ping pip reboot replace rpm_key service_facts set_fact
  set_stats setup slurp subversion synchronize tempfile unarchive uri user validate_argument_spec wait_for
  wait_for_connection yum_repository acl at cgroup firewalld mount patch selinux sysctl pamd sefcontext seport sudoers
  openssh_cert openssl_privatekey x509_certificate alternatives timezone locale_gen ini_file xml capabilities`.split(
    /\s+/,
  ),
)

const INSTEAD: ReadonlyMap<string, string> = table({
  set_fact: 'write vars: in the play or in the task',
  debug: 'what a task registers is in the JSON document (--output json)',
  include_tasks: 'write import_tasks, which is read before the run',
  include: 'write import_tasks, which is read before the run',
  include_vars: 'write vars_files: in the play',
  wait_for_connection: 'leave it out: hosts are connected when their play begins',
  setup: 'leave it out: the facts that a play mentions are asked for',
  ping: 'leave it out: hosts are connected when their play begins',
})

/** The name without its collection: `ansible.posix.authorized_key` is `authorized_key`. */
export const shortName = (name: string): string => name.slice(name.lastIndexOf('.') + 1)

/** Answers a module's name that Ansible knows and we do not; null where Ansible does not know it either. */
export const aboutModule = (name: string, ours: ReadonlySet<string>): Answer | null => {
  const short = shortName(name)
  const same = OURS.get(short) ?? short
  const message = `couldn't resolve module/action '${name}'`
  if (ours.has(same) && (same !== name || short !== name)) return { message, hint: `ours is ${same}` }
  if (!NOT_YET.has(short) && !name.includes('.')) return null
  const instead = INSTEAD.get(short)
  return { message: `not yet: the module ${name}`, ...(instead === undefined ? {} : { hint: instead }) }
}

const FACTS: ReadonlyMap<string, string> = table({
  ansible_facts: 'facts',
  ansible_os_family: 'facts.os.family',
  ansible_distribution: 'facts.os.id',
  ansible_distribution_version: 'facts.os.version',
  ansible_distribution_major_version: 'facts.os.version',
  ansible_service_mgr: 'facts.init',
  ansible_selinux: 'facts.selinux',
  ansible_user_id: 'facts.user',
  ansible_fips: 'facts.fips',
})

const MAGIC_NOT_YET = new Set(
  `ansible_play_hosts ansible_play_hosts_all ansible_play_batch ansible_play_name play_hosts inventory_dir
  inventory_file inventory_hostname_short role_path role_names ansible_check_mode ansible_diff_mode ansible_version
  ansible_loop ansible_index_var ansible_hostname ansible_fqdn ansible_nodename ansible_default_ipv4 ansible_architecture
  ansible_kernel ansible_env ansible_date_time ansible_failed_task ansible_failed_result ansible_run_tags
  ansible_limit`.split(/\s+/),
)

/** The name of ours for a fact of Ansible. */
export const factFor = (name: string): string | undefined => FACTS.get(name)

/** Says, as a hint, what ours is for a variable that Ansible makes and we do not. */
export const aboutVariable = (name: string): string | undefined => {
  const ours = FACTS.get(name)
  if (ours !== undefined) return `ours is ${ours}`
  if (name === 'omit') return 'ours is null, as in (default name null): a parameter that is null counts as not given'
  return MAGIC_NOT_YET.has(name) ? `not yet: ${name}` : undefined
}
