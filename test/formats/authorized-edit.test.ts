import assert from 'node:assert/strict'
import { editKeys, type KeyEdit, remarks, whyKeyDead } from '../../src/formats/authorized-edit.ts'
import { readRequest } from '../../src/formats/authorized-wanted.ts'
import { keys } from './authorized-samples.ts'

const { laptop, desk, phone } = keys

interface Asked extends Partial<Pick<KeyEdit, 'state' | 'exclusive'>> {
  readonly key: string | readonly string[]
  readonly key_options?: string
  readonly comment?: string
}

const edited = (
  texts: readonly (string | null)[],
  { exclusive = false, ...asked }: Asked,
): readonly (string | null)[] => {
  const request = { state: 'present' as const, ...asked }
  const { keys: wanted, mistakes } = readRequest(request)
  assert.deepEqual(mistakes, [])
  const files = texts.map((text, index) => ({ path: `/k${index}`, text }))
  const once = editKeys(files, { ...request, exclusive, keys: wanted })
  assert.deepEqual(editKeys(once, { ...request, exclusive, keys: wanted }), once)
  return once.map(({ text }) => text)
}

interface Case {
  readonly it: string
  readonly before: string | null
  readonly asked: Asked
  readonly after: string | null
}

const cases: readonly Case[] = [
  { it: 'makes a file', before: null, asked: { key: `${laptop} alice` }, after: `${laptop} alice\n` },
  { it: 'adds at the end', before: `${desk} bob\n`, asked: { key: laptop }, after: `${desk} bob\n${laptop}\n` },
  {
    it: 'adds several, of one text and of a list, in the order given',
    before: '',
    asked: { key: [`${desk}\n# a comment\n\n${laptop} alice`, phone] },
    after: `${desk}\n${laptop} alice\n${phone}\n`,
  },
  {
    it: 'ends a last line that has no end',
    before: `${desk} bob\n# end of list`,
    asked: { key: laptop },
    after: `${desk} bob\n# end of list\n${laptop}\n`,
  },
  {
    it: 'ends a last key that has no end',
    before: `${desk} bob`,
    asked: { key: laptop },
    after: `${desk} bob\n${laptop}\n`,
  },
  {
    it: 'ends lines as the file does',
    before: `${desk} bob\r\n`,
    asked: { key: laptop },
    after: `${desk} bob\r\n${laptop}\r\n`,
  },
  {
    it: 'knows a key between carriage returns',
    before: `${desk}\r\n${laptop}\r\n`,
    asked: { key: laptop },
    after: `${desk}\r\n${laptop}\r\n`,
  },
  {
    it: 'keeps options that are not spoken of',
    before: `from="10.0.0.1" ${laptop} a\n`,
    asked: { key: laptop },
    after: `from="10.0.0.1" ${laptop} a\n`,
  },
  {
    it: 'sets options in place, and nothing else of the line',
    before: `# top\n\t${laptop}  alice  smith \n${desk}\n`,
    asked: { key: laptop, key_options: 'no-pty' },
    after: `# top\n\tno-pty ${laptop}  alice  smith \n${desk}\n`,
  },
  {
    it: 'takes options given with the key for wanted ones',
    before: `${laptop}\n`,
    asked: { key: `command="true",no-pty ${laptop}` },
    after: `command="true",no-pty ${laptop}\n`,
  },
  {
    it: 'lets key_options win over options given with the key',
    before: '',
    asked: { key: `no-pty ${laptop} a`, key_options: 'from="10.0.0.1"' },
    after: `from="10.0.0.1" ${laptop} a\n`,
  },
  {
    it: 'clears options when told so',
    before: `no-pty\t${laptop} a\n`,
    asked: { key: laptop, key_options: '' },
    after: `${laptop} a\n`,
  },
  {
    it: 'leaves options alone that mean the same',
    before: `No-Pty,from="10.0.0.1" ${laptop} a\n`,
    asked: { key: laptop, key_options: 'from="10.0.0.1",no-pty' },
    after: `No-Pty,from="10.0.0.1" ${laptop} a\n`,
  },
  {
    it: 'keeps a comment that is not spoken of',
    before: `${laptop} old\n`,
    asked: { key: laptop },
    after: `${laptop} old\n`,
  },
  {
    it: 'changes a comment given with the key',
    before: `${laptop} old\r\n`,
    asked: { key: `${laptop} new one` },
    after: `${laptop} new one\r\n`,
  },
  {
    it: 'lets comment win',
    before: `${laptop}\n`,
    asked: { key: `${laptop} a`, comment: 'b c' },
    after: `${laptop} b c\n`,
  },
  {
    it: 'clears a comment when told so',
    before: `${laptop} old\n`,
    asked: { key: laptop, comment: '' },
    after: `${laptop}\n`,
  },
  {
    it: 'leaves one restricted line of a key that also stood there free',
    before: `from="10.0.0.5" ${laptop} a\n${desk}\n${laptop} a\n`,
    asked: { key: laptop, key_options: 'from="10.0.0.5"' },
    after: `from="10.0.0.5" ${laptop} a\n${desk}\n`,
  },
  {
    it: 'restricts the first line and removes the others',
    before: `${laptop} a\n${desk}\nno-pty ${laptop} b\n`,
    asked: { key: laptop, key_options: 'no-pty,no-user-rc' },
    after: `no-pty,no-user-rc ${laptop} a\n${desk}\n`,
  },
  {
    it: 'leaves a key that stands there twice',
    before: `${laptop} a\n${laptop} b\n`,
    asked: { key: laptop },
    after: `${laptop} a\n${laptop} b\n`,
  },
  {
    it: 'takes a byte order mark off the key that it kills',
    before: `\ufeff${laptop} a\n${desk}\n`,
    asked: { key: laptop },
    after: `${laptop} a\n${desk}\n`,
  },
  {
    it: 'leaves a byte order mark before another key',
    before: `\ufeff${desk} a\n`,
    asked: { key: laptop },
    after: `\ufeff${desk} a\n${laptop}\n`,
  },
  {
    it: 'removes a key with whatever options and comment',
    before: `# a\nno-pty ${laptop} x\n${desk}\n`,
    asked: { key: `${laptop} y`, state: 'absent' },
    after: `# a\n${desk}\n`,
  },
  {
    it: 'removes every line of a key',
    before: `${laptop} x\n${desk}\nno-pty ${laptop}`,
    asked: { key: laptop, state: 'absent' },
    after: `${desk}\n`,
  },
  {
    it: 'leaves an empty file where the last key went',
    before: `${laptop} x\n`,
    asked: { key: laptop, state: 'absent' },
    after: '',
  },
  { it: 'removes nothing from no file', before: null, asked: { key: laptop, state: 'absent' }, after: null },
  {
    it: 'removes a certificate that stands there',
    before: `${keys.certificate}\n`,
    asked: { key: keys.certificate, state: 'absent' },
    after: '',
  },
  {
    it: 'removes all other keys, and neither comments nor blank lines',
    before: `# by hand\n${desk}\n\nfoo ${phone}\n${laptop} a\n`,
    asked: { key: laptop, exclusive: true },
    after: `# by hand\n\n${laptop} a\n`,
  },
  {
    it: 'does not mind the order of exclusive keys',
    before: `${laptop} a\n${desk}\n`,
    asked: { key: [desk, laptop], exclusive: true },
    after: `${laptop} a\n${desk}\n`,
  },
  {
    it: 'does not change for a comment alone',
    before: `# by hand\n${laptop} a\n`,
    asked: { key: `${laptop} a`, exclusive: true },
    after: `# by hand\n${laptop} a\n`,
  },
  {
    it: 'replaces all keys',
    before: `${desk}\n`,
    asked: { key: [laptop, phone], exclusive: true },
    after: `${laptop}\n${phone}\n`,
  },
  {
    it: 'keeps bytes that are no UTF-8',
    before: `${desk} caf\udce9\n`,
    asked: { key: laptop },
    after: `${desk} caf\udce9\n${laptop}\n`,
  },
]

describe('an edit of authorized keys', () => {
  for (const one of cases) it(one.it, () => assert.deepEqual(edited([one.before], one.asked), [one.after]))

  it('takes a key of the second file for one that is there', () => {
    assert.deepEqual(edited([null, `${laptop} a\n`], { key: laptop }), [null, `${laptop} a\n`])
  })

  it('reaches every file', () => {
    const before = [`${laptop}\n${desk}\n`, `${desk}\n`]
    assert.deepEqual(edited(before, { key: laptop, exclusive: true }), [`${laptop}\n`, ''])
    assert.deepEqual(edited(before, { key: desk, state: 'absent' }), [`${laptop}\n`, ''])
    assert.deepEqual(edited(before, { key: desk, key_options: 'no-pty' }), [`${laptop}\nno-pty ${desk}\n`, ''])
  })

  it('tells a key that lets nobody in by its line', () => {
    const about = { now: Date.UTC(2026, 1) / 1000, usesDns: null, services: null }
    const files = [{ path: '/k', text: `# x\nexpiry-time="20200101" ${laptop}\n` }]
    const blob = laptop.split(' ')[1] ?? ''
    assert.equal(whyKeyDead(files, blob, about), '/k:2: it expired on 20200101')
    assert.equal(whyKeyDead([...files, { path: '/k2', text: `${laptop}\n` }], blob, about), null)
    assert.equal(whyKeyDead([], blob, about), null)
  })

  it('remarks on lines that are not what they seem', () => {
    const text = `garbage\n# fine\n\ufeff${laptop}\nfoo ${desk}\n${keys.certificate}\n${phone}\n`
    assert.deepEqual(remarks([{ path: '/k', text }], { now: null, usesDns: null, services: null }), [
      '/k:1 lets nobody in: sshd reads no key there',
      '/k:3 lets nobody in: a byte order mark stands before the key',
      '/k:4 lets nobody in: unknown key option "foo"',
      '/k:5 lets nobody in: it is a certificate, which sshd never looks for here',
    ])
  })
})
