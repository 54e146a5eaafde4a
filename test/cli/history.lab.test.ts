import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '../kit/lab/command.ts'
import { folder, repository } from '../kit/story.ts'

/** Runs keyward as a process of its own; `limit` is how large a file may become, in blocks of 512 bytes. */
const keyward = async (home: string, words: readonly string[], limit = 'unlimited') =>
  await runCommand(
    '/bin/sh',
    [
      '-c',
      `ulimit -f ${limit}; trap "" XFSZ; exec "$0" "$@"`,
      process.execPath,
      ...['--import', 'tsx', join(repository, 'src/main.ts'), ...words],
    ],
    { cwd: repository, env: { PATH: process.env.PATH, HOME: home }, timeoutMs: 50_000 },
  )

describe('a run that is to be kept', () => {
  it('fails where the disk is full at its end, though its hosts are as wanted: it says so, and the history holds', async () => {
    const noise = randomBytes(20_000).toString('base64')
    const home = folder({ noise })
    const play = `- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - file: { path: ${home}/made, content: "{{ file '${home}/noise' }}" }
`
    const files = folder({ 'site.yml': play })
    const words = ['run', join(files, 'site.yml'), '--history', '--output', 'json']
    const { code, stdout, stderr } = await keyward(home, words, '80')
    const document = JSON.parse(stdout.toString())
    assert.equal(code, 2, stderr)
    assert.equal(document.exit_code, 2)
    assert.equal(document.head, undefined)
    assert.match(document.notes.join('\n'), /^this run could not be kept: cannot write the history ".*": the disk /)
    assert.equal(document.hosts.localhost.changed, 1)
    assert.equal(readFileSync(join(home, 'made'), 'utf8').trim(), noise)
    const verified = await keyward(home, ['history', 'verify'])
    assert.match(verified.stdout.toString(), /holds: 0 entries\n$/)
    assert.equal((await keyward(home, words)).code, 0)
    assert.match((await keyward(home, ['history', 'verify'])).stdout.toString(), /holds: 1 entry\n/)
  })

  it('has an id of its own where several end in the same second', async () => {
    const files = folder({
      'site.yml': '- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks: []\n',
    })
    const home = folder({})
    const audits = [1, 2, 3].map(
      async () => await keyward(home, ['audit', join(files, 'site.yml'), '--output', 'json']),
    )
    const told = (await Promise.all(audits)).map(({ stdout }) => JSON.parse(stdout.toString()))
    assert.equal(new Set(told.map(({ id }) => id)).size, 3)
    for (const { head } of told) assert.equal((await keyward(home, ['history', 'verify', '--head', head])).code, 0)
    const { stdout } = await keyward(home, ['history', '--output', 'json'])
    assert.deepEqual(
      JSON.parse(stdout.toString()).runs.map(({ entry }: { entry: number }) => entry),
      [3, 2, 1],
    )
  })
})
