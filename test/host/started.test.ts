import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { ClientChannel } from 'ssh2'
import { startedOn } from '../../src/host/started.ts'

describe('a command that was started', () => {
  const channelOf = () => {
    const channel = Object.assign(new EventEmitter(), { stderr: new EventEmitter() })
    const said: string[] = []
    const started = startedOn(channel as unknown as ClientChannel)
    const listen = () =>
      started.heard({
        stdout: (chunk) => said.push(`out ${chunk}`),
        stderr: (chunk) => said.push(`err ${chunk}`),
        exit: (code, signal) => said.push(`exit ${code} ${signal ?? ''}`),
        close: () => said.push('close'),
      })
    return { channel, said, listen }
  }

  it('has told nothing in vain, though it ended in the turn in which it was started', () => {
    const { channel, said, listen } = channelOf()
    channel.stderr.emit('data', Buffer.from('no'))
    channel.emit('exit', 1)
    channel.emit('close')
    assert.deepEqual(said, [])
    listen()
    assert.deepEqual(said, ['err no', 'exit 1 ', 'close'])
  })

  it('tells what comes later as it comes', () => {
    const { channel, said, listen } = channelOf()
    channel.emit('data', Buffer.from('a'))
    listen()
    channel.emit('data', Buffer.from('b'))
    channel.emit('exit', null, 'TERM')
    assert.deepEqual(said, ['out a', 'out b', 'exit null TERM'])
  })

  it('ends nothing else with an error of its channel', () => {
    const { channel } = channelOf()
    assert.doesNotThrow(() => channel.emit('error', new Error('reset')))
  })
})
