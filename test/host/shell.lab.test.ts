import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { HostError } from '../../src/contract/errors.ts'
import { quote } from '../../src/host/quote.ts'
import { localShell, READERS } from './shells.ts'

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

for (const [name, argv] of Object.entries(READERS))
  describe(`a framed ${name}`, () => {
    let shell: ReturnType<typeof localShell>
    before(() => {
      shell = localShell(argv)
    })
    after(() => shell.close())

    const hostile: [what: string, script: string, code: number, stdout: string][] = [
      ['both streams and a code', 'echo out; echo err >&2; exit 3', 3, 'out\n'],
      ['no newline at the end', 'printf x', 0, 'x'],
      ['nothing at all', ':', 0, ''],
      ['a reader of standard input', 'cat; echo rest', 0, 'rest\n'],
      ['exit in the middle', 'echo a; exit 7; echo b', 7, 'a\n'],
      ['exec', 'exec echo gone', 0, 'gone\n'],
      ['set -e', 'set -e; false; echo b', 1, ''],
      ['set -x', 'set -x; echo a', 0, 'a\n'],
      ['another directory', 'cd /; pwd', 0, '/\n'],
      ['a variable that stays inside', 'k=1; IFS=x; umask 077; echo a', 0, 'a\n'],
      ['a closed standard output', 'exec >&-; true', 0, ''],
      ['a closed standard error', 'exec 2>&-; echo a', 0, 'a\n'],
      ['a child that ends by a signal', 'sh -c "kill -9 \\$\\$"', 137, ''],
      ['a program that is not there', 'nosuchprogram 2>/dev/null', 127, ''],
      ['lines that look like the end of a frame', 'echo "000"; echo "0"', 0, '000\n0\n'],
      ['bytes that are no text', "printf '\\303\\050' | od -An -tx1 | tr -d ' \\n'", 0, 'c328'],
      ['an umask of the beginning again', 'umask', 0, '0022\n'],
      ['a plain environment', 'echo "$LC_ALL${LANGUAGE+x}${ENV+x}"', 0, 'C\n'],
    ]
    for (const [what, script, code, stdout] of hostile)
      it(`answers ${what}`, async () => {
        const answer = await shell.ask(script)
        assert.equal(answer.stdout, stdout)
        assert.equal(answer.code, code)
        assert.equal((await shell.ask('echo after')).stdout, 'after\n')
      })

    for (const script of ["echo 'open", 'echo "open', 'case', 'if', '( echo', 'echo a )', '}', '&&', 'for', '$(', '`'])
      it(`survives the syntax error ${script}`, async () => {
        const answer = await shell.ask(script)
        assert.notEqual(answer.code, 0)
        assert.notEqual(answer.stderr, '')
        assert.deepEqual(await shell.ask('echo after'), { code: 0, stdout: 'after\n', stderr: '' })
      })

    it('keeps every byte from 0 to 255', async () => {
      const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
      const octal = [...all].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
      const answer = await shell.raw(`printf '${octal}'; printf '${octal}' >&2`)
      assert.deepEqual(answer.stdout, all)
      assert.deepEqual(answer.stderr, all)
    })

    it('keeps 20 MB, and 3 MB on both streams at once', async () => {
      const { stdout } = await shell.raw('head -c 20000000 /dev/zero')
      assert.equal(stdout.length, 20_000_000)
      const both = await shell.raw('head -c 3000000 /dev/zero & head -c 3000000 /dev/zero >&2; wait')
      assert.equal(both.stdout.length, 3_000_000)
      assert.equal(both.stderr.length, 3_000_000)
    }).timeout(20_000)

    it('takes a script of 300 kB, with quotes', async () => {
      const text = "it's ".repeat(60_000)
      assert.equal((await shell.ask(`printf %s ${quote(text)}`)).stdout, text)
    })

    it('answers frames in order, all in one flight', async () => {
      const fresh = localShell(argv)
      const all = await Promise.all(Array.from({ length: 50 }, (_, index) => fresh.ask(`echo ${index}`)))
      assert.deepEqual(
        all.map((answer) => answer.stdout),
        Array.from({ length: 50 }, (_, index) => `${index}\n`),
      )
      assert.deepEqual(fresh.flights.count(), { flights: 1, channels: 1 })
      await fresh.ask('echo second')
      assert.deepEqual(fresh.flights.count(), { flights: 2, channels: 1 })
      fresh.close()
    })

    it('counts what was asked for before an answer came to its flight, though it leaves later', async () => {
      const fresh = localShell(argv)
      const flight = fresh.runner.depart()
      await fresh.ask('echo first')
      await fresh.ask('echo late', { flight })
      assert.equal(fresh.flights.count().flights, 1)
      await fresh.ask('echo second')
      assert.equal(fresh.flights.count().flights, 2)
      fresh.close()
    })

    it('gives up what outlives its limit and asks the questions behind it again', async () => {
      const fresh = localShell(argv)
      const group = Number((await fresh.ask('echo $$')).stdout)
      const [late, question, write] = await Promise.allSettled([
        fresh.ask('sleep 30', { timeoutMs: 300, shown: 'sleep 30' }),
        fresh.ask('echo asked again'),
        fresh.ask('echo written', { again: false, shown: 'write x' }),
      ])
      assert.match(String(late.status === 'rejected' && late.reason), /sleep 30: no answer within 0.3 s/)
      assert.equal(question.status === 'fulfilled' && question.value.stdout, 'asked again\n')
      assert.match(String(write.status === 'rejected' && write.reason), /write x: not known whether it ran/)
      for (let waited = 0; isAlive(group) && waited < 3000; waited += 50) await pause(50)
      assert.equal(isAlive(group), false, 'the shell given up, and what it ran, is ended')
      fresh.close()
    })

    it('tells a shell that was killed from an empty answer', async () => {
      const fresh = localShell(argv)
      const error = await fresh.ask('kill -9 $$', { shown: 'a killer' }).catch((reason: unknown) => reason)
      assert.ok(error instanceof HostError)
      assert.match(error.message, /a killer: its shell ended \(signal SIGKILL\)/)
      assert.equal((await fresh.ask('echo again')).stdout, 'again\n')
      fresh.close()
    })

    it("does not mix what a background job says late into another answer's code", async () => {
      const first = await shell.ask('(sleep 0.2; exit 5) & echo started')
      assert.equal(first.stdout, 'started\n')
      assert.equal((await shell.ask('echo next; exit 2')).code, 2)
    })
  })

describe('a shell that cannot be', () => {
  it('is an unreachable machine, for good', async () => {
    const none = localShell(['/nonexistent/sh'])
    for (const _ of [1, 2]) {
      const error = await none.ask('echo a').catch((reason: unknown) => reason)
      assert.ok(error instanceof HostError)
      assert.match(error.message, /me gets no shell: .*ENOENT/)
      assert.equal(error.unreachable, true)
    }
    assert.equal(none.flights.count().channels, 1)
  })

  it('says the last words of what is there instead of a shell', async () => {
    const refused = localShell(['/bin/sh', '-c', 'echo This account is currently not available.; exit 1'])
    await assert.rejects(refused.ask('echo a'), /me gets no shell: This account is currently not available\./)
  })
})
