/** The keywords of plays and tasks, in Ansible's words: those that are ours, and what we say to the others. */
export interface Keywords {
  /** "a Play", "a Task": as Ansible's own message has it */
  readonly of: string
  readonly ours: ReadonlySet<string>
  /** not there yet: each with what to do instead, or an empty text */
  readonly notYet: ReadonlyMap<string, string>
}

const table = (entries: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(entries))

const words = (text: string): string[] => text.trim().split(/\s+/)

const NOT_YET = {
  become_flags: '',
  become_exe: '',
  collections: 'leave it out: modules have one name',
  debugger: '',
  environment: '',
  guard: '',
  ignore_unreachable: '',
  module_defaults: '',
  port: 'write ansible_port in the inventory',
  throttle: 'write serial: in the play',
  timeout: '',
}

/** The keywords of a play. */
export const PLAY: Keywords = {
  of: 'a Play',
  ours: new Set(
    words(`name hosts vars vars_files become become_user become_method gather_facts serial any_errors_fatal
    max_fail_percentage connection remote_user tasks pre_tasks post_tasks handlers tags no_log ignore_errors check_mode
    diff run_once`),
  ),
  notYet: table({
    ...NOT_YET,
    roles: 'write import_tasks',
    vars_prompt: 'give the values with -e',
    strategy:
      'leave it out: each host goes at its own pace, and meets the others at serial, run_once and the end of a play',
    force_handlers: '',
    gather_subset: 'leave it out: only the facts that a play mentions are asked for',
    gather_timeout: 'leave it out: only the facts that a play mentions are asked for',
    fact_path: '',
    order: '',
    user: 'ours is remote_user',
    sudo: 'ours is become',
    sudo_user: 'ours is become_user',
  }),
}

const LOOPS = words(`items list dict file fileglob first_found flattened indexed_items inventory_hostnames lines nested
  random_choice sequence subelements together`)

/** The keywords of a task. */
export const TASK: Keywords = {
  of: 'a Task',
  ours: new Set(
    words(`name when loop loop_control register tags notify listen ignore_errors no_log delegate_to run_once vars become
    become_user become_method changed_when failed_when check_mode diff args control`),
  ),
  notYet: table({
    ...NOT_YET,
    ...Object.fromEntries(LOOPS.map((name) => [`with_${name}`, 'write loop: with a list'])),
    action: 'write the module as the key, as in "authorized_key:"',
    local_action: 'write the module as the key, and delegate_to: localhost',
    any_errors_fatal: 'write it in the play',
    async: '',
    poll: '',
    block: 'write the tasks one by one, each with its "when"',
    rescue: '',
    always: '',
    connection: 'write delegate_to: localhost',
    delay: '',
    delegate_facts: '',
    remote_user: 'write it in the play, or ansible_user in the inventory',
    retries: '',
    until: '',
    sudo: 'ours is become',
    sudo_user: 'ours is become_user',
  }),
}

/** What `meta` may say in Ansible beside `flush_handlers`. */
export const META_NOT_YET: ReadonlySet<string> = new Set(
  words(`clear_facts clear_host_errors end_batch end_host end_play end_role noop refresh_inventory reset_connection
  role_complete`),
)
