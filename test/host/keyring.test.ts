import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Secret } from '../../src/contract/secret.ts'
import { fingerprintOf } from '../../src/formats/public-key.ts'
import { createKeyring } from '../../src/host/keyring.ts'
import { temporaryDirectory } from './shells.ts'

const PASSPHRASE = 'open sesame'

describe('the keyring', () => {
  const home = temporaryDirectory()
  const at = (path: string): string => join(home, path)
  const make = (path: string, ...flags: string[]): string => {
    execFileSync('ssh-keygen', ['-q', '-N', '', '-C', path, '-f', at(path), ...flags])
    return readFileSync(`${at(path)}.pub`, 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ')
  }
  const keyring = (about: { home?: string; agentSocket?: string } = {}) =>
    createKeyring({ home: about.home ?? at('empty'), agentSocket: about.agentSocket })
  const known: Record<string, string> = {}

  before(() => {
    mkdirSync(at('empty'))
    known.ed25519 = make('ed25519', '-t', 'ed25519')
    known.ecdsa = make('ecdsa', '-t', 'ecdsa')
    known.rsa = make('rsa', '-t', 'rsa', '-b', '2048')
    // the same key in another format: to make one of RSA takes long
    copyFileSync(at('rsa'), at('pem'))
    copyFileSync(`${at('rsa')}.pub`, `${at('pem')}.pub`)
    execFileSync('ssh-keygen', ['-q', '-p', '-m', 'PEM', '-N', '', '-f', at('pem')])
    known.pem = known.rsa
    known.locked = make('locked', '-t', 'ed25519', '-a', '1', '-N', PASSPHRASE)
    known.lockedPem = make('lockedPem', '-t', 'ecdsa', '-m', 'PEM', '-N', PASSPHRASE)
  })

  for (const type of ['ed25519', 'ecdsa', 'rsa', 'pem'])
    it(`opens a key of kind ${type}`, async () => {
      const credential = await keyring().fromFile(at(type), undefined)
      assert.equal(credential.publicKey, known[type])
      const printed = execFileSync('ssh-keygen', ['-lf', `${at(type)}.pub`])
        .toString()
        .split(' ')[1]
      assert.equal(fingerprintOf(credential.publicKey.split(' ')[1] ?? ''), printed)
    })

  for (const type of ['locked', 'lockedPem'])
    it(`opens an encrypted key (${type}) with its passphrase, which is asked for once`, async () => {
      const asked: string[] = []
      const ask = async (file: string) => {
        asked.push(file)
        return new Secret(PASSPHRASE)
      }
      const ring = keyring()
      const [first, second] = await Promise.all([ring.fromFile(at(type), ask), ring.fromFile(at(type), ask)])
      assert.equal(first.publicKey, known[type])
      assert.equal(first, second)
      assert.deepEqual(asked, [at(type)])
    })

  it('asks three times for a passphrase that is wrong', async () => {
    let times = 0
    const ask = async () => {
      times += 1
      return new Secret('wrong')
    }
    await assert.rejects(keyring().fromFile(at('locked'), ask), /the passphrase of .*locked is wrong/)
    assert.equal(times, 3)
  })

  it('says what is wrong with a file', async () => {
    writeFileSync(at('garbage'), 'hello\n', { mode: 0o600 })
    writeFileSync(at('open'), readFileSync(at('ed25519')), { mode: 0o644 })
    chmodSync(`${at('ed25519')}.pub`, 0o644)
    const wrong: [file: string, message: RegExp, hint: RegExp][] = [
      ['none', /the private key .*none does not exist/, /undefined/],
      ['locked', /the private key .*locked is encrypted, and its passphrase is not known/, /ssh-add/],
      ['empty', /the private key .*empty is a directory/, /undefined/],
      ['garbage', /garbage is no private key that can be read/, /undefined/],
      ['open', /the permissions 0644 of .*open are too open/, /chmod 600/],
      ['ed25519.pub', /ed25519\.pub is a public key/, /name the private key: .*ed25519$/],
    ]
    for (const [file, message, hint] of wrong) {
      const error = await keyring()
        .fromFile(at(file), undefined)
        .catch((reason: unknown) => reason)
      assert.ok(error instanceof Error && 'hint' in error)
      assert.match(error.message, message)
      assert.match(String(error.hint), hint)
    }
  })

  describe('with an agent', () => {
    const socket = join(home, 'agent')
    let agent: ReturnType<typeof spawn>
    before(async () => {
      agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
      for (let tries = 0; tries < 50; tries += 1) {
        try {
          execFileSync('ssh-add', ['-l'], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'pipe' })
        } catch (error) {
          if ((error as { status: number }).status === 1) break
          await pause(50)
        }
      }
      const askpass = at('askpass')
      writeFileSync(askpass, `#!/bin/sh\necho '${PASSPHRASE}'\n`, { mode: 0o700 })
      const env = { ...process.env, SSH_AUTH_SOCK: socket, SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force' }
      execFileSync('ssh-add', ['-q', at('locked'), at('rsa')], { env, stdio: 'pipe' })
    })
    after(() => {
      agent.kill()
    })

    it('takes an encrypted key from it, and asks nobody', async () => {
      const credential = await keyring({ agentSocket: socket }).fromFile(at('locked'), undefined)
      assert.equal(credential.publicKey, known.locked)
      assert.equal(credential.agentKey?.publicKey, known.locked)
    })

    it('offers its keys, then the standard files that it does not hold', async () => {
      const user = at('user')
      mkdirSync(join(user, '.ssh'), { recursive: true })
      for (const [from, to] of [
        ['ed25519', 'id_ed25519'],
        ['rsa', 'id_rsa'],
        ['lockedPem', 'id_ecdsa'],
      ] as const)
        writeFileSync(join(user, '.ssh', to), readFileSync(at(from)), { mode: 0o600 })
      const all = await keyring({ home: user, agentSocket: socket }).standard(undefined)
      assert.deepEqual(
        all.map((one) => one.publicKey),
        [known.locked, known.rsa, known.ed25519],
      )
    })

    it('is done without where it does not answer and there are files', async () => {
      const user = at('user2')
      mkdirSync(join(user, '.ssh'), { recursive: true })
      await assert.rejects(
        keyring({ home: user, agentSocket: at('no-agent') }).standard(undefined),
        /the agent at .*no-agent does not answer/,
      )
      writeFileSync(join(user, '.ssh', 'id_ed25519'), readFileSync(at('ed25519')), { mode: 0o600 })
      const all = await keyring({ home: user, agentSocket: at('no-agent') }).standard(undefined)
      assert.deepEqual(
        all.map((one) => one.publicKey),
        [known.ed25519],
      )
    })
  })
})
