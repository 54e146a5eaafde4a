import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runCommand } from './lab/command.ts'

/** How one run of the real command ended. */
export interface Told {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** The whole of stdout, read as one JSON document. */
  readonly json: <T = unknown>() => T
}

/** What one run of the real command is given besides its arguments. */
export interface Setting {
  /** An empty folder when not given, so that no test sees its developer's keys and known hosts. */
  readonly home?: string
  /** The root of the repository when not given. */
  readonly cwd?: string
  /** Besides HOME, PATH and the way of connecting that is tested, which is all that the command is given otherwise. */
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string | Buffer
  readonly timeoutMs?: number
}

/** The root of the repository. */
export const repository = join(import.meta.dirname, '..', '..')

/** The built command. */
export const mainFile = join(repository, 'dist', 'main.js')

const scratch = mkdtempSync(join(tmpdir(), 'keyward-story-'))
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }))

/** Runs the built command, without a terminal, to its end. */
export async function keyward(args: readonly string[], setting: Setting = {}): Promise<Told> {
  const { cwd = repository, stdin = '', timeoutMs = 60_000 } = setting
  const { PATH = '/usr/bin:/bin', KEYWARD_SSH = '', KEYWARD_TOOLS = '' } = process.env
  const env = { PATH, KEYWARD_SSH, KEYWARD_TOOLS, HOME: setting.home ?? folder({}), ...setting.env }
  const finished = await runCommand(process.execPath, [mainFile, ...args], { cwd, env, stdin, timeoutMs })
  const stdout = finished.stdout.toString()
  return { code: finished.code, stdout, stderr: finished.stderr, json: <T>() => JSON.parse(stdout) as T }
}

/** Makes a folder with these files, named by their paths in it, that is removed when the tests end. */
export function folder(files: Readonly<Record<string, string | Buffer>>): string {
  const path = mkdtempSync(join(scratch, 'folder-'))
  for (const within of new Set(Object.keys(files).map(dirname))) mkdirSync(join(path, within), { recursive: true })
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content)
  return path
}
