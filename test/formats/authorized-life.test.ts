import assert from 'node:assert/strict'
import { entranceOf, idleWords, isAuthority, whyDead } from '../../src/formats/authorized-life.ts'
import { sameOptions } from '../../src/formats/authorized-options.ts'
import { deadOptions, livingOptions } from './authorized-samples.ts'

const about = { now: Date.UTC(2026, 10, 25) / 1000, usesDns: false, services: ['http'] }

describe('options before a key', () => {
  for (const options of livingOptions)
    it(`let somebody in: ${options || '(none)'}`, () => assert.equal(whyDead(options, about), null))

  for (const [options, reason] of Object.entries(deadOptions))
    it(`let nobody in: ${options}`, () => assert.match(whyDead(options, about) ?? '', reason))

  it('are judged without a clock and without sshd only as far as that goes', () => {
    const unknown = { now: null, usesDns: null, services: null }
    assert.equal(whyDead('expiry-time="20200101"', unknown), null)
    assert.equal(whyDead('from="some.host.name"', unknown), null)
    assert.match(whyDead('from="!*"', unknown) ?? '', /matches nobody/)
  })

  it('that expire today in a zone unknown are alive until no zone is left', () => {
    const at = (hour: number) => ({ now: Date.UTC(2026, 10, 25, hour) / 1000, usesDns: null, services: null })
    assert.equal(whyDead('expiry-time="20261125"', at(11)), null)
    assert.match(whyDead('expiry-time="20261125"', at(13)) ?? '', /expired/)
    assert.match(whyDead('expiry-time="20261125Z"', at(1)) ?? '', /expired/)
  })

  it('let a port have the name of a service that the machine knows', () => {
    assert.equal(whyDead('permitopen="host:http",permitlisten="http"', about), null)
    assert.equal(whyDead('permitopen="host:y"', { ...about, services: null }), null)
  })

  const idle: readonly (readonly [string | null, readonly RegExp[]])[] = [
    [null, []],
    ['from="10.0.0.0/8,!10.9.9.9,127.*"', []],
    ['from="10.0.0.0/8,localhost"', [/^localhost is a name, .*UseDNS no/]],
    ['from="127.0.0.1 ,10.0.0.1"', [/^"127\.0\.0\.1 " has a blank in it/]],
    ['from="300.1.1.1/8,10.0.0.1,!10.0.0.1:22"', [/300\.1\.1\.1\/8 is no network/, /^10\.0\.0\.1:22 is no address/]],
  ]
  for (const [options, reasons] of idle)
    it(`${options} has ${reasons.length} entries that match nobody`, () => {
      const found = idleWords(options, about)
      assert.equal(found.length, reasons.length, found.join())
      for (const [index, reason] of reasons.entries()) assert.match(found[index] ?? '', reason)
    })

  it('let a name stand where sshd looks names up, and a command be known', () => {
    assert.deepEqual(idleWords('from="10.0.0.0/8,localhost"', { ...about, usesDns: true }), [])
    assert.deepEqual(entranceOf('command="a b"', null), { command: 'a b' })
    assert.deepEqual(entranceOf('from="localhost"', null), { command: null })
  })

  it('let principals stand with an authority', () => {
    assert.equal(whyDead('cert-authority,principals="ops"', about), null)
    assert.equal(isAuthority('no-pty,CERT-authority'), true)
    assert.equal(isAuthority('no-pty'), false)
  })

  const addresses: readonly (readonly [string | null, string, boolean])[] = [
    [null, '10.0.0.1', true],
    ['no-pty', '10.0.0.1', true],
    ['from="10.0.0.1"', '10.0.0.1', true],
    ['from="10.0.0.1"', '10.0.0.2', false],
    ['from="10.0.*"', '10.0.7.1', true],
    ['from="10.0.0.?"', '10.0.0.12', false],
    ['from="a.example,10.0.0.0/8"', '10.9.9.9', true],
    ['from="!10.9.9.9,10.0.0.0/8"', '10.9.9.9', false],
    ['from="fe80::/16"', 'fe80::1', true],
    ['from="10.0.0.0/8"', 'fe80::1', false],
    ['foo', '10.0.0.1', false],
  ]
  for (const [options, address, isIn] of addresses)
    it(`${options} ${isIn ? 'lets in' : 'keeps out'} ${address}`, () =>
      assert.equal(entranceOf(options, address) !== null, isIn))

  const same: readonly (readonly [string | null, string | null, boolean])[] = [
    [null, '', true],
    ['no-pty,no-X11-forwarding', 'No-X11-Forwarding,no-pty', true],
    ['command="a",no-pty', 'no-pty,command="a"', true],
    ['command="a"', 'command="A"', false],
    ['restrict,pty', 'pty,restrict', false],
    ['pty', null, true],
    ['restrict', 'no-pty,no-port-forwarding,no-agent-forwarding,no-X11-forwarding,no-user-rc', false],
    ['permitopen="a:1",permitopen="b:2"', 'permitopen="b:2",permitopen="a:1"', true],
    ['permitopen="a:1"', 'permitopen="a:1",permitopen="b:2"', false],
    ['environment="A=1",environment="A=2"', 'environment="A=2",environment="A=1"', false],
    ['from="10.0.0.1"', 'from="10.0.0.2"', false],
    ['foo', 'foo', true],
    ['foo', 'bar', false],
    ['foo', null, false],
  ]
  for (const [one, other, isSame] of same)
    it(`${one} and ${other} ${isSame ? 'let in the same' : 'differ'}`, () =>
      assert.equal(sameOptions(one, other), isSame))
})
