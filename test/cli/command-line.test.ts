import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { commands } from '../../src/cli/commands.ts'
import { home, typed } from './typed.ts'

const wrong = (stderr: string) => ({ code: 1, stdout: '', stderr })

describe('the command line', () => {
  it('bare, shows three commands to start with', async () => {
    const { code, stdout } = await typed()
    assert.equal(code, 0)
    assert.equal(stdout.match(/^ {2}keyward /gm)?.length, 3)
  })

  it('tells its version', async () => {
    const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string }
    assert.deepEqual(await typed('--version'), { code: 0, stdout: `${version}\n`, stderr: '' })
  })

  it('lists every command of the table in its help, and no other', async () => {
    const { code, stdout } = await typed('--help')
    assert.equal(code, 0)
    const listed = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name).filter((name) => name !== 'help')
    assert.deepEqual(
      listed,
      commands.map(({ name }) => name),
    )
  })

  it('has the flags of Ansible in the help of run', async () => {
    const { stdout } = await typed('run', '--help')
    const flags = [
      '-i',
      '-l',
      '-t',
      '--skip-tags',
      '-C',
      '-D',
      '-e',
      '-f',
      '-u',
      '-b',
      '-k',
      '-K',
      '--private-key',
      '-v',
    ]
    const more = ['--list-hosts', '--list-tasks', '--list-tags', '--start-at-task', '--step', '--syntax-check', '-T']
    for (const flag of [...flags, ...more]) assert.match(stdout, new RegExp(`^ {2}(?:-\\w, )?${flag}\\b`, 'm'), flag)
  })

  it('answers a misspelt flag with the one that was meant', async () => {
    assert.deepEqual(
      await typed('run', 'site.yml', '--limti', 'web1'),
      wrong("keyward: unknown option '--limti'\n  hint: did you mean --limit?\n"),
    )
  })

  it('answers a misspelt command with the one that was meant', async () => {
    assert.deepEqual(
      await typed('chek', 'site.yml'),
      wrong("keyward: unknown command 'chek'\n  hint: did you mean check?\n"),
    )
  })

  it('says what of Ansible is not there', async () => {
    assert.deepEqual(
      await typed('run', 'site.yml', '--vault-password-file', 'x'),
      wrong('keyward: --vault-password-file: vaults are not there yet\n'),
    )
  })

  it('wants a playbook, and numbers that are numbers', async () => {
    assert.match((await typed('run')).stderr, /^keyward: missing required argument 'playbook'\n {2}hint: /)
    assert.match((await typed('run', 'x', '-f', '0')).stderr, /whole number of at least 1/)
    assert.match(
      (await typed('run', 'x', '--output', 'xml')).stderr,
      /Allowed choices are tree, lines, json, ndjson, junit/,
    )
  })

  it('prints the JSON document of wrong input when asked for JSON', async () => {
    const { code, stdout } = await typed('check', '--output', 'json', '--limti', 'x')
    assert.equal(code, 1)
    assert.deepEqual(JSON.parse(stdout), {
      version: 1,
      command: 'check',
      exit_code: 1,
      errors: [{ message: "unknown option '--limti'", hint: 'did you mean --limit?' }],
    })
  })
})
