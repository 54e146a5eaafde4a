import assert from 'node:assert/strict'
import { readPkcs11Uri, readSlots, readTokenKeys, readTokenObjects, withIds } from '../../src/formats/token.ts'
import { chooseKey, type TokenWish } from '../../src/formats/token-choice.ts'
import { EC, EC_LINE, OBJECTS, RSA, RSA_LINE, SLOTS } from '../kit/token-answers.ts'

describe('the slots of a provider', () => {
  it('are read as pkcs11-tool shows them', () => {
    assert.deepEqual(
      readSlots(SLOTS.token).map(({ holds, label, manufacturer }) => [holds, label, manufacturer]),
      [
        ['token', 'card-alice', 'SoftHSM project'],
        ['uninitialized', '', ''],
      ],
    )
    assert.deepEqual(readSlots(SLOTS.locked)[0]?.flags.at(-1), 'user PIN locked')
    assert.deepEqual(
      readSlots(SLOTS.empty).map(({ holds, name }) => [holds, name]),
      [['nothing', 'Virtual PCD 00 00']],
    )
    assert.deepEqual(
      readSlots(SLOTS.unknown).map(({ holds }) => holds),
      ['unknown'],
    )
    assert.deepEqual(readSlots(SLOTS.none), [])
  })
})

describe('the keys of a card', () => {
  it('are lines of ssh-keygen -D, whose last word may be a URI', () => {
    const uri = 'pkcs11:id=%01;object=PIV%20AUTH%20pubkey;token=SSH%20key?module-path=/usr/lib64/p11-kit-proxy.so'
    const rhel9 = `${EC.type} ${EC.blob} PIV AUTH pubkey ${uri}`
    const rhel8 = `${EC.type} ${EC.blob} ${uri}`
    for (const line of [rhel9, rhel8]) {
      assert.deepEqual(
        readTokenKeys(line).map(({ label, id, blob }) => [label, id, blob]),
        [['PIV AUTH pubkey', '01', EC.blob]],
      )
    }
    assert.deepEqual(readTokenKeys('login failed\ncannot read public key from pkcs11\n'), [])
  })

  it('get the ids of their objects, the elliptic ones by their point', () => {
    const keys = withIds(readTokenKeys(`${RSA_LINE}\n${EC_LINE}\n`), readTokenObjects(OBJECTS))
    assert.deepEqual(
      keys.map(({ label, id }) => [label, id]),
      [
        ['SIGN key', '02'],
        ['PIV AUTH key', '01'],
      ],
    )
    const alike = readTokenObjects(OBJECTS.replace('SIGN key', 'PIV AUTH key'))
    assert.equal(withIds(readTokenKeys(EC_LINE), alike)[0]?.id, '01')
  })
})

describe('choosing a key', () => {
  const signing = { ...RSA, label: 'SIGN key', id: '02' }
  const login = { ...EC, label: 'PIV AUTH key', id: '01' }
  const other = { ...RSA, label: 'KEY MAN key', id: '03' }
  const table: readonly (readonly [string, readonly (typeof login)[], TokenWish, string | RegExp])[] = [
    ['takes the only one', [login], {}, login.label],
    ['takes the only one, also where it is for signing', [signing], {}, signing.label],
    ['leaves out the one that asks for the PIN each time', [signing, login], {}, login.label],
    ['takes that one where it is named', [signing, login], { id: '2' }, signing.label],
    ['goes by the label', [login, other], { label: 'KEY MAN key' }, other.label],
    ['goes by the id, however it is written', [login, other], { id: '0x3' }, other.label],
    ['goes by the fingerprint', [login, other], { fingerprint: login.fingerprint }, login.label],
    ['guesses none of several', [login, other], {}, /several keys .* ambiguous: "PIV AUTH key" \(id 01\)/],
    [
      'guesses none of several that are called the same',
      [login, { ...other, label: login.label }],
      { label: login.label },
      /several/,
    ],
    [
      'says what is there where nothing fits',
      [login],
      { label: 'x' },
      /no key on the card is called "x"; it has "PIV AUTH key"/,
    ],
    ['says that there is none', [], {}, /no key on the card/],
  ]
  for (const [what, keys, wish, wanted] of table) {
    it(what, () => {
      const chosen = chooseKey(keys, wish)
      if (typeof wanted === 'string') assert.equal('key' in chosen ? chosen.key.label : chosen.problem, wanted)
      else assert.match('problem' in chosen ? chosen.problem : chosen.key.label, wanted)
    })
  }
})

describe('a PKCS#11 URI', () => {
  it('names token, object, id and module', () => {
    const uri = readPkcs11Uri('pkcs11:token=My%20card;object=a%3Db;id=%01%ff;type=private?module-path=/usr/lib/x.so')
    assert.deepEqual(uri, { token: 'My card', object: 'a=b', id: '01ff', modulePath: '/usr/lib/x.so', hasPin: false })
    assert.deepEqual(readPkcs11Uri('pkcs11:'), { token: null, object: null, id: null, modulePath: null, hasPin: false })
  })

  it('may hold a PIN, which is noticed', () => {
    assert.equal(readPkcs11Uri('pkcs11:id=%01?pin-value=123456')?.hasPin, true)
    assert.equal(readPkcs11Uri('pkcs11:id=%01?pin-source=/x')?.hasPin, true)
  })

  for (const text of ['', 'pkcs:id=%01', 'pkcs11:id=%01 x', '/usr/lib/x.so']) {
    it(`is not ${JSON.stringify(text)}`, () => assert.equal(readPkcs11Uri(text), null))
  }
})
