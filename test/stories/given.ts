import { type Lab, type LabHost, startLab } from '../kit/lab.ts'
import { firstHost } from '../kit/outside.ts'
import { folder, keyward, type Told } from '../kit/story.ts'

/** One result of the JSON document, as far as stories read it. */
export interface DocumentResult {
  readonly host: string
  readonly task: string
  readonly module: string
  readonly status: string
  readonly message: string
  readonly changes: readonly { readonly field: string; readonly path?: string; readonly diff?: string }[]
}

/** The JSON document, as far as stories read it. */
export interface Document {
  readonly exit_code: number
  readonly hosts: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly results: readonly DocumentResult[]
}

/** A lab with the way to run a playbook on it. */
export interface Stage {
  readonly lab: Lab
  readonly host: LabHost
  /** runs `keyward COMMAND` on a playbook's text, and gives how it ended */
  play(
    command: 'run' | 'check' | 'audit',
    playbook: string,
    flags?: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<Told>
  /** the same, as its JSON document */
  document(command: 'run' | 'check', playbook: string, flags?: readonly string[]): Promise<Document>
}

/** Starts hosts and gives the stage that a story plays on. */
export const stageWith = async (options: Parameters<typeof startLab>[0]): Promise<Stage> => {
  const lab = await startLab(options)
  const play: Stage['play'] = (command, playbook, flags = [], env = {}) => {
    const dir = folder({ 'site.yml': playbook, 'inventory.yml': lab.inventory() })
    return keyward([command, 'site.yml', '-i', 'inventory.yml', ...flags], { home: lab.home, cwd: dir, env })
  }
  return {
    lab,
    host: firstHost(lab),
    play,
    document: async (command, playbook, flags = []) =>
      (await play(command, playbook, [...flags, '--output', 'json'])).json<Document>(),
  }
}

/** A play on all hosts as root, with these tasks (YAML, unindented). */
export const play = (tasks: string, handlers = ''): string =>
  `- name: a story\n  hosts: all\n  become: true\n  tasks:\n${indented(tasks)}${handlers === '' ? '' : `  handlers:\n${indented(handlers)}`}`

const indented = (text: string): string => `${text.trimEnd().replace(/^(?=.)/gm, '    ')}\n`
