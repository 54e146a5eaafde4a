// What a site of some size gives to the command: a playbook with every module, and inventories of any number of hosts.

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMy8d1O7EqM8qP7PdDp8sXDSyolOGSXax/wxn26vtzTu'

/** Twenty-five tasks, one way or another of every module; written twice, with names and paths of their own. */
const tasks = (half: string): string => `
    - { name: ${half} home of keys, file: { path: '/etc/ssh/keys-${half}', state: directory, mode: '0755', owner: root } }
    - name: ${half} administrators log in with their keys
      authorized_key: { user: '{{ item.name }}', key: '{{ item.key }}', key_options: no-agent-forwarding }
      loop: '{{ admins }}'
      loop_control: { label: '{{ item.name }}' }
      tags: [keys]
    - name: ${half} passwords are refused
      sshd_config_line: { keyword: PasswordAuthentication, value: no }
      when: strict
      notify: sshd has loaded it
    - { name: ${half} root stays out, sshd_config_line: { keyword: PermitRootLogin, value: '{{ root_login }}' }, notify: sshd has loaded it }
    - name: ${half} settings
      sshd_config_line: { keyword: '{{ item.keyword }}', value: '{{ item.value }}', explicit: true }
      loop:
        - { keyword: X11Forwarding, value: no }
        - { keyword: MaxAuthTries, value: 3 }
        - { keyword: LoginGraceTime, value: 30 }
      notify: sshd has loaded it
    - name: ${half} the banner
      file: { path: '/etc/issue-${half}.net', content: "{{ company }}: authorized use only, {{ inventory_hostname }}\\n", mode: '0644' }
    - { name: ${half} host keys are root's, file_permissions: { paths: /etc/ssh/ssh_host_*_key, at_most: '0600', owner: root } }
    - { name: ${half} keys only, login_methods: { only: [publickey] }, when: (and strict (ne tier "lab")) }
    - name: ${half} the user's agent
      ssh_config_line: { user: '{{ deploy_user }}', keyword: AddKeysToAgent, value: yes }
    - name: ${half} agents start with the session
      line_in_file: { path: '/home/{{ deploy_user }}/.bashrc', line: '# ${half}: {{ upper company }}', create: true }
    - { name: ${half} card software, package: { name: [opensc, pcscd] }, when: (eq facts.os.family "Debian") }
    - { name: ${half} card reader, service: { name: pcscd.socket, state: started, enabled: true }, when: cards }
    - name: ${half} card
      smartcard_enroll: { user: '{{ deploy_user }}', provider: /usr/lib/opensc-pkcs11.so, label: '${half} {{ item }}' }
      loop: [first, second]
      when: cards
    - name: ${half} NFS homes
      selinux_boolean: { name: use_nfs_home_dirs, state: '{{ default nfs_homes false }}', persistent: true }
      when: facts.selinux.enabled
    - name: ${half} the key of the deployment
      ssh_keypair: { path: '~/.ssh/id_${half}', type: ed25519, comment: '{{ deploy_user }}@{{ inventory_hostname }}' }
      register: made_${half}
    - name: ${half} the key is known
      authorized_key: { user: '{{ deploy_user }}', key: '{{ made_${half}.public_key }}' }
      when: made_${half}.changed
    - { name: ${half} certificates, command: { cmd: 'update-ca-certificates --${half}', creates: /etc/ssl/certs/company.pem } }
    - { name: ${half} motd, file: { path: '/etc/motd-${half}', content: '{{ join groups.all "," }}', mode: '0644' } }
    - { name: ${half} tier, file: { path: '/etc/tier-${half}', content: '{{ tier }} {{ rack }}', mode: '0644' } }
    - { name: ${half} address, line_in_file: { path: /etc/hosts-${half}, line: '{{ ansible_host }} {{ inventory_hostname }}' } }
    - name: ${half} sftp for some
      sshd_config_line: { keyword: ForceCommand, value: internal-sftp, match: 'Group sftp-${half}' }
      notify: sshd has loaded it
    - { name: ${half} no old link, file: { path: '/etc/ssh/old-${half}', state: absent } }
    - { name: ${half} a link, file: { path: '/etc/ssh/new-${half}', state: link, src: '/etc/ssh/keys-${half}' } }
    - { name: ${half} login works, ssh_login: { user: '{{ deploy_user }}', key: ~/.ssh/id_ed25519, refused_methods: [password] } }
    - { name: ${half} sshd runs, service: { name: ssh, state: started, enabled: true }, become_user: root }
`

/** A playbook of fifty tasks and a handler. */
export const busyPlaybook = `
- name: a site
  hosts: all
  become: true
  vars:
    company: Example
    cards: '{{ eq tier "desk" }}'
    admins:
      - { name: alice, key: '${KEY} alice' }
      - { name: bob, key: '${KEY} bob' }
      - { name: carol, key: '${KEY} carol' }
  tasks:${tasks('one')}${tasks('two')}
  handlers:
    - name: sshd has loaded it
      service_reload: { name: ssh }
`

/** An inventory of so many hosts in ten racks, every tenth with variables of its own. */
export const busyInventory = (hosts: number): string => {
  const names = Array.from({ length: hosts }, (_, index) => index)
  const rack = (rackIndex: number): string => `
    rack${rackIndex}:
      vars: { rack: r${rackIndex} }
      hosts:
${names
  .filter((index) => index % 10 === rackIndex)
  .map((index) => `        host${index}: { ansible_host: 127.1.${index >> 8}.${index & 255} }`)
  .join('\n')}`
  return `
all:
  vars:
    ansible_user: admin
    ansible_ssh_private_key_file: /nonexistent/key
    deploy_user: deploy
    root_login: no
    strict: yes
    tier: live
  children:${Array.from({ length: Math.min(10, hosts) }, (_, index) => rack(index)).join('')}
`
}
