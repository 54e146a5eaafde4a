import { statements } from '../../src/formats/sshd-tree.ts'
import { rivalsOf, rivalText } from '../../src/sshd/rival.ts'
import { grammarOf } from '../../src/sshd/setting.ts'
import { criteriaFor, type SettingParams, settingFor } from '../../src/sshd/setting-params.ts'
import { settled } from '../../src/sshd/settle.ts'
import { treeOf } from '../formats/sshd-recordings.ts'

/** What a task says, with the defaults of the module. */
export type Task = Partial<SettingParams> & Pick<SettingParams, 'keyword'>

const MAIN = '/etc/ssh/sshd_config'

/** What a task makes of a tree in memory: the text of its file, and the notes. */
export const settledIn = (
  files: Readonly<Record<string, string>>,
  task: Task,
  version = '9.2',
): { readonly text: string; readonly notes: readonly string[] } => {
  const params: SettingParams = { state: 'present', path: MAIN, create: false, explicit: false, ...task }
  const setting = settingFor(params, version)
  const all = statements(treeOf(files, grammarOf(version)))
  const rivals = rivalsOf(all, params.path, setting, criteriaFor(params)).map(rivalText)
  return settled(params, {
    version,
    path: params.path,
    text: files[params.path] ?? null,
    rivals,
    effective: null,
    notes: [],
  })
}

/** The text that a task makes of a single main file. */
export const textAfter = (text: string, task: Task, version?: string): string =>
  settledIn({ [MAIN]: text }, task, version).text
