import assert from 'node:assert/strict'
import { settledIn, type Task, textAfter } from './editing.ts'

const NO = { keyword: 'PasswordAuthentication', value: 'no' }

interface Row {
  readonly name: string
  readonly before: string
  readonly task: Task
  readonly after: string
  readonly version?: string
}

const table = (title: string, rows: readonly Row[]): void => {
  describe(title, () => {
    for (const { name, before, task, after, version } of rows) {
      it(name, () => {
        assert.equal(textAfter(before, task, version), after)
      })
    }
  })
}

table('a global line that is there', [
  {
    name: 'is given the value',
    before: 'PasswordAuthentication yes\n',
    task: NO,
    after: 'PasswordAuthentication no\n',
  },
  {
    name: 'keeps indent, spelling, end and comment, and gets one blank before the value',
    before: ' \tpasswordAUTHENTICATION\t=  "yes"   # policy 12\r\nUsePAM yes\r\n',
    task: NO,
    after: ' \tpasswordAUTHENTICATION no   # policy 12\r\nUsePAM yes\r\n',
  },
  {
    name: 'loses the quotes of its keyword',
    before: '"PasswordAuthentication" yes\n',
    task: NO,
    after: 'PasswordAuthentication no\n',
  },
  {
    name: 'stays without an end at the end of the file',
    before: 'UsePAM yes\nPasswordAuthentication yes',
    task: NO,
    after: 'UsePAM yes\nPasswordAuthentication no',
  },
  {
    name: 'is the first, and later ones that conflict go',
    before: 'PasswordAuthentication yes\nX11Forwarding no\nPasswordAuthentication yes\npasswordauthentication YES\n',
    task: NO,
    after: 'PasswordAuthentication no\nX11Forwarding no\n',
  },
  {
    name: 'is the first, and later identical ones stay',
    before: 'PasswordAuthentication yes\nX11Forwarding no\nPasswordAuthentication no # twice\n',
    task: NO,
    after: 'PasswordAuthentication no\nX11Forwarding no\nPasswordAuthentication no # twice\n',
  },
  {
    name: 'counts in Match all, which overrides what is before it',
    before:
      'PasswordAuthentication no\nMatch User bob\n  PasswordAuthentication yes\nMatch all\n  PasswordAuthentication yes\n',
    task: NO,
    after: 'PasswordAuthentication no\nMatch User bob\n  PasswordAuthentication yes\nMatch all\n',
  },
  {
    name: 'is edited inside of Match all',
    before: 'Match User bob\n  X11Forwarding no\nMatch all\n  PasswordAuthentication yes\n',
    task: NO,
    after: 'Match User bob\n  X11Forwarding no\nMatch all\n  PasswordAuthentication no\n',
  },
  {
    name: 'keeps a # that belongs to the rest of the line only where the release cuts it there',
    before: 'ForceCommand /usr/bin/menu # old\n',
    task: { keyword: 'ForceCommand', value: 'internal-sftp -u 0027' },
    after: 'ForceCommand internal-sftp -u 0027\n',
  },
  {
    name: 'keeps the comment of a raw value up to 8.6',
    before: 'ForceCommand /usr/bin/menu # old\n',
    task: { keyword: 'ForceCommand', value: 'internal-sftp' },
    after: 'ForceCommand internal-sftp # old\n',
    version: '8.4',
  },
  {
    name: 'keeps bytes that are no UTF-8',
    before: '# p\udcc5\nPasswordAuthentication yes\n',
    task: NO,
    after: '# p\udcc5\nPasswordAuthentication no\n',
  },
])

table('a global line that is missing', [
  { name: 'goes to the end', before: 'UsePAM yes\n', task: NO, after: 'UsePAM yes\nPasswordAuthentication no\n' },
  {
    name: 'goes to the end of a file without a last newline',
    before: 'UsePAM yes',
    task: NO,
    after: 'UsePAM yes\nPasswordAuthentication no\n',
  },
  { name: 'is all of an empty file', before: '', task: NO, after: 'PasswordAuthentication no\n' },
  {
    name: 'ends like its neighbours',
    before: 'UsePAM yes\r\n',
    task: NO,
    after: 'UsePAM yes\r\nPasswordAuthentication no\r\n',
  },
  {
    name: 'goes directly below its commented default',
    before: '#PasswordAuthentication yes\nUsePAM yes\n',
    task: NO,
    after: '#PasswordAuthentication yes\nPasswordAuthentication no\nUsePAM yes\n',
  },
  {
    name: 'goes below a commented default with a blank behind the #, in any letter case',
    before: '# passwordauthentication yes\nUsePAM yes\n',
    task: NO,
    after: '# passwordauthentication yes\nPasswordAuthentication no\nUsePAM yes\n',
  },
  {
    name: 'goes below the last of several commented defaults in a row',
    before: '#Port 22\n#ListenAddress 0.0.0.0\n#ListenAddress ::\n\nUsePAM yes\n',
    task: { keyword: 'ListenAddress', value: '10.0.0.1' },
    after: '#Port 22\n#ListenAddress 0.0.0.0\n#ListenAddress ::\nListenAddress 10.0.0.1\n\nUsePAM yes\n',
  },
  {
    name: 'is not led by prose that begins with the keyword',
    before:
      '# PasswordAuthentication.  Depending on your PAM configuration,\n# PermitRootLogin is dangerous\nUsePAM yes\n',
    task: NO,
    after:
      '# PasswordAuthentication.  Depending on your PAM configuration,\n# PermitRootLogin is dangerous\nUsePAM yes\nPasswordAuthentication no\n',
  },
  {
    name: 'is not led by prose directly behind the #',
    before: '#AllowUsers is a list of names\nUsePAM yes\n',
    task: { keyword: 'AllowUsers', value: ['alice'] },
    after: '#AllowUsers is a list of names\nUsePAM yes\nAllowUsers alice\n',
  },
  {
    name: 'is not led by a commented-out block',
    before: '#Match User anoncvs\n#\tX11Forwarding no\n#\tPermitTTY no\nUsePAM yes\n',
    task: { keyword: 'PermitTTY', value: 'no' },
    after: '#Match User anoncvs\n#\tX11Forwarding no\n#\tPermitTTY no\nUsePAM yes\nPermitTTY no\n',
  },
  {
    name: 'is not led by a commented default inside of a block',
    before: 'UsePAM yes\nMatch User bob\n    #PasswordAuthentication yes\n    X11Forwarding no\n',
    task: NO,
    after:
      'UsePAM yes\nPasswordAuthentication no\nMatch User bob\n    #PasswordAuthentication yes\n    X11Forwarding no\n',
  },
  {
    name: 'goes before the first real Match',
    before: 'UsePAM yes\n#Match User eve\n\nmAtCh user=bob\n    PasswordAuthentication yes\n',
    task: NO,
    after: 'UsePAM yes\n#Match User eve\n\nPasswordAuthentication no\nmAtCh user=bob\n    PasswordAuthentication yes\n',
  },
  {
    name: 'goes before a Match on the first line',
    before: 'Match User bob\n    PasswordAuthentication yes\n',
    task: NO,
    after: 'PasswordAuthentication no\nMatch User bob\n    PasswordAuthentication yes\n',
  },
])

table('a list', [
  {
    name: 'of users is one line, and other lines of the keyword go',
    before: 'AllowUsers alice\nUsePAM yes\nAllowUsers bob\n',
    task: { keyword: 'AllowUsers', value: ['alice', 'carol'] },
    after: 'AllowUsers alice carol\nUsePAM yes\n',
  },
  {
    name: 'of ports is one line a value, in the place of others',
    before: 'Port 22\nUsePAM yes\n',
    task: { keyword: 'Port', value: [2222, 2200] },
    after: 'Port 2222\nPort 2200\nUsePAM yes\n',
  },
  {
    name: 'of ports leaves the lines that are wanted',
    before: 'Port 22 # old\nPort 2222\nPort 22\n',
    task: { keyword: 'Port', value: [2222, 22] },
    after: 'Port 22 # old\nPort 2222\n',
  },
  {
    name: 'of one port takes the others away',
    before: 'Port 22\nPort 2222\nUsePAM yes\n',
    task: { keyword: 'Port', value: 2222 },
    after: 'Port 2222\nUsePAM yes\n',
  },
  {
    name: 'of host keys gets its missing line below the last',
    before: '  HostKey /etc/ssh/a\nUsePAM yes\n',
    task: { keyword: 'HostKey', value: ['/etc/ssh/a', '/etc/ssh/b'] },
    after: '  HostKey /etc/ssh/a\n  HostKey /etc/ssh/b\nUsePAM yes\n',
  },
  {
    name: 'of algorithms is joined by commas',
    before: 'Ciphers aes128-cbc\nCiphers 3des-cbc\n',
    task: { keyword: 'Ciphers', value: ['aes256-ctr', 'aes128-ctr'] },
    after: 'Ciphers aes256-ctr,aes128-ctr\n',
  },
  {
    name: 'of names with blanks is quoted name by name',
    before: '',
    task: { keyword: 'AllowGroups', value: ['ssh users', 'ops'] },
    after: 'AllowGroups "ssh users" ops\n',
  },
])

table('a value', [
  { name: 'true is yes', before: '', task: { keyword: 'UsePAM', value: true }, after: 'UsePAM yes\n' },
  { name: 'false is no', before: '', task: { keyword: 'UsePAM', value: false }, after: 'UsePAM no\n' },
  {
    name: 'is a number as it stands',
    before: 'MaxAuthTries 6\n',
    task: { keyword: 'MaxAuthTries', value: 3 },
    after: 'MaxAuthTries 3\n',
  },
  {
    name: 'with a blank is quoted where the keyword takes one word',
    before: '',
    task: { keyword: 'Banner', value: '/etc/ssh/front door.txt' },
    after: 'Banner "/etc/ssh/front door.txt"\n',
  },
  {
    name: 'that is quoted already is left so',
    before: '',
    task: { keyword: 'Banner', value: '"/etc/ssh/front door.txt"' },
    after: 'Banner "/etc/ssh/front door.txt"\n',
  },
  {
    name: 'of several words is left so where the keyword takes several',
    before: '',
    task: { keyword: 'AuthorizedKeysFile', value: '.ssh/authorized_keys /etc/ssh/keys/%u' },
    after: 'AuthorizedKeysFile .ssh/authorized_keys /etc/ssh/keys/%u\n',
  },
  {
    name: 'is the rest of the line where the keyword takes that',
    before: '',
    task: { keyword: 'ForceCommand', value: '/usr/bin/menu "a b"' },
    after: 'ForceCommand /usr/bin/menu "a b"\n',
  },
])

table('a subsystem', [
  {
    name: 'is the line of its name',
    before: 'Subsystem netconf /usr/bin/netconf\nSubsystem\tsftp\t/usr/lib/openssh/sftp-server\n',
    task: { keyword: 'Subsystem', value: 'sftp internal-sftp' },
    after: 'Subsystem netconf /usr/bin/netconf\nSubsystem sftp internal-sftp\n',
  },
  {
    name: 'is added where its name is not there',
    before: 'Subsystem sftp internal-sftp\n',
    task: { keyword: 'Subsystem', value: 'netconf /usr/bin/netconf -v' },
    after: 'Subsystem sftp internal-sftp\nSubsystem netconf /usr/bin/netconf -v\n',
  },
  {
    name: 'is taken away by its name',
    before: 'Subsystem sftp internal-sftp\nSubsystem netconf /usr/bin/netconf\n',
    task: { keyword: 'Subsystem', value: 'sftp', state: 'absent' },
    after: 'Subsystem netconf /usr/bin/netconf\n',
  },
  {
    name: 'in a list of its own is meant',
    before: 'Subsystem netconf /usr/bin/netconf\nSubsystem sftp /usr/lib/openssh/sftp-server\n',
    task: { keyword: 'Subsystem', value: ['sftp internal-sftp'] },
    after: 'Subsystem netconf /usr/bin/netconf\nSubsystem sftp internal-sftp\n',
  },
  {
    name: 'in a list of its words is meant',
    before: 'Subsystem sftp /usr/lib/openssh/sftp-server\n',
    task: { keyword: 'Subsystem', value: ['sftp', 'internal-sftp'] },
    after: 'Subsystem sftp internal-sftp\n',
  },
  {
    name: 'is known by its name in quotes too',
    before: 'Subsystem netconf /usr/bin/netconf\nSubsystem sftp /usr/lib/openssh/sftp-server\n',
    task: { keyword: 'Subsystem', value: '"sftp" internal-sftp' },
    after: 'Subsystem netconf /usr/bin/netconf\nSubsystem "sftp" internal-sftp\n',
  },
])

table('a keyword with an old name', [
  {
    name: 'gets its new name in place',
    before: 'ChallengeResponseAuthentication yes\nUsePAM yes\n',
    task: { keyword: 'KbdInteractiveAuthentication', value: 'no' },
    after: 'KbdInteractiveAuthentication no\nUsePAM yes\n',
  },
  {
    name: 'is left where it says what is wanted and the later new one conflicts',
    before: 'UsePAM yes\nKbdInteractiveAuthentication yes\nChallengeResponseAuthentication yes\n',
    task: { keyword: 'ChallengeResponseAuthentication', value: 'no' },
    after: 'UsePAM yes\nKbdInteractiveAuthentication no\n',
  },
  {
    name: 'is written by its new name from 8.7 on',
    before: '',
    task: { keyword: 'ChallengeResponseAuthentication', value: 'no' },
    after: 'KbdInteractiveAuthentication no\n',
  },
  {
    name: 'is written by its old name up to 8.6',
    before: 'KbdInteractiveAuthentication yes\n',
    task: { keyword: 'KbdInteractiveAuthentication', value: 'no' },
    after: 'ChallengeResponseAuthentication no\n',
    version: '8.0',
  },
  {
    name: 'PubkeyAcceptedAlgorithms is PubkeyAcceptedKeyTypes up to 8.4',
    before: '',
    task: { keyword: 'PubkeyAcceptedAlgorithms', value: ['ssh-ed25519'] },
    after: 'PubkeyAcceptedKeyTypes ssh-ed25519\n',
    version: '8.4',
  },
])

table('a keyword whose last line counts', [
  {
    name: 'is edited in its last line, and the others that conflict go',
    before: 'MaxStartups 5:30:20\nUsePAM yes\nMaxStartups 50:30:90\n',
    task: { keyword: 'MaxStartups', value: '10:30:60' },
    after: 'UsePAM yes\nMaxStartups 10:30:60\n',
  },
  {
    name: 'is edited in its first line from the release on in which that counts',
    before: 'MaxStartups 5:30:20\nUsePAM yes\nMaxStartups 50:30:90\n',
    task: { keyword: 'MaxStartups', value: '10:30:60' },
    after: 'MaxStartups 10:30:60\nUsePAM yes\n',
    version: '10.2',
  },
])

const BOB = { ...NO, match: 'User bob' }

table('in a block', [
  {
    name: 'a line is given the value',
    before: 'Match User bob\n    X11Forwarding yes\n    PasswordAuthentication yes\n',
    task: BOB,
    after: 'Match User bob\n    X11Forwarding yes\n    PasswordAuthentication no\n',
  },
  {
    name: 'a missing line goes below the last setting, indented like it',
    before: 'Match User bob\n\tX11Forwarding yes\n\n# others\nMatch User eve\n\tX11Forwarding no\n',
    task: BOB,
    after:
      'Match User bob\n\tX11Forwarding yes\n\tPasswordAuthentication no\n\n# others\nMatch User eve\n\tX11Forwarding no\n',
  },
  {
    name: 'a missing line goes into an empty one',
    before: 'UsePAM yes\nMatch User bob\n',
    task: BOB,
    after: 'UsePAM yes\nMatch User bob\n    PasswordAuthentication no\n',
  },
  {
    name: 'which is missing, it is made at the end',
    before: 'Match User bob Address 10.0.0.0/8\n    PasswordAuthentication yes\n',
    task: BOB,
    after:
      'Match User bob Address 10.0.0.0/8\n    PasswordAuthentication yes\nMatch User bob\n    PasswordAuthentication no\n',
  },
  {
    name: 'which is missing, it is made behind a last line without an end',
    before: 'UsePAM yes',
    task: { ...BOB, match: 'group "sftp only" Address 10.0.0.0/8' },
    after: 'UsePAM yes\nMatch group "sftp only" Address 10.0.0.0/8\n    PasswordAuthentication no\n',
  },
  {
    name: 'it is recognised however it is written',
    before: 'mAtCh\tADDRESS=10.0.0.0/8 uSeR "carol,bob" # people\n  PasswordAuthentication yes\n',
    task: { ...NO, match: 'User bob,carol Address 10.0.0.0/8' },
    after: 'mAtCh\tADDRESS=10.0.0.0/8 uSeR "carol,bob" # people\n  PasswordAuthentication no\n',
  },
  {
    name: 'that is there twice, the later line that conflicts goes, and what is emptied with it',
    before:
      'Match User bob\n  PasswordAuthentication yes\n\nMatch User eve\n  Banner /e\n\n# again\nMatch User bob\n  # why\n  PasswordAuthentication yes\n# end\n',
    task: BOB,
    after: 'Match User bob\n  PasswordAuthentication no\n\nMatch User eve\n  Banner /e\n\n# again\n# end\n',
  },
  {
    name: 'that is there twice, what is not emptied stays',
    before: 'Match User bob\n  PasswordAuthentication yes\nMatch User bob\n  PasswordAuthentication yes\n  Banner /b\n',
    task: BOB,
    after: 'Match User bob\n  PasswordAuthentication no\nMatch User bob\n  Banner /b\n',
  },
  {
    name: 'the global line stays',
    before: 'PasswordAuthentication yes\nMatch User bob\n  PasswordAuthentication yes\n  passwordauthentication yes\n',
    task: BOB,
    after: 'PasswordAuthentication yes\nMatch User bob\n  PasswordAuthentication no\n',
  },
  {
    name: 'which is missing, it is made before a Match all that says otherwise',
    before: 'UsePAM yes\nMatch all\n  PasswordAuthentication yes\n',
    task: BOB,
    after: 'UsePAM yes\nMatch User bob\n  PasswordAuthentication no\nMatch all\n  PasswordAuthentication yes\n',
  },
])

const GONE = { keyword: 'Banner', state: 'absent' } as const

table('absent', [
  {
    name: 'takes every global line and none of a block',
    before: 'Banner /a\nUsePAM yes\nbanner /b\nMatch User bob\n    Banner /c\n',
    task: GONE,
    after: 'UsePAM yes\nMatch User bob\n    Banner /c\n',
  },
  {
    name: 'takes the lines of the block only',
    before: 'Banner /a\nMatch User bob\n    X11Forwarding no\n    Banner /c\nMatch User eve\n    Banner /d\n',
    task: { ...GONE, match: 'User bob' },
    after: 'Banner /a\nMatch User bob\n    X11Forwarding no\nMatch User eve\n    Banner /d\n',
  },
  {
    name: 'takes an emptied block too, with the comments down to its last setting',
    before: 'UsePAM yes\nMatch User bob\n    # for bob\n    Banner /c\n\n# for eve\nMatch User eve\n    Banner /d\n',
    task: { ...GONE, match: 'User bob' },
    after: 'UsePAM yes\n\n# for eve\nMatch User eve\n    Banner /d\n',
  },
  {
    name: 'takes the old name too',
    before: 'ChallengeResponseAuthentication no\nKbdInteractiveAuthentication no\nUsePAM yes\n',
    task: { keyword: 'KbdInteractiveAuthentication', state: 'absent' },
    after: 'UsePAM yes\n',
  },
  { name: 'leaves comments', before: '#Banner none\nBanner /a\n', task: GONE, after: '#Banner none\n' },
])

const MAIN = '/etc/ssh/sshd_config'
const CLOUD = '/etc/ssh/sshd_config.d/50-cloud-init.conf'

describe('with included files', () => {
  it('our line goes before the Include of one that says otherwise, and our later one goes', () => {
    const files = {
      [MAIN]:
        '# top\nInclude /etc/ssh/sshd_config.d/*.conf\n\n#PasswordAuthentication yes\nPasswordAuthentication yes\n',
      [CLOUD]: '# cloud\nPasswordAuthentication yes\n',
    }
    assert.deepEqual(settledIn(files, NO), {
      text: '# top\nPasswordAuthentication no\nInclude /etc/ssh/sshd_config.d/*.conf\n\n#PasswordAuthentication yes\n',
      notes: [`${CLOUD}:2 says PasswordAuthentication yes, which it outranks`],
    })
  })

  it('a relative and oddly written Include counts too', () => {
    const files = {
      [MAIN]: '   iNcLuDe sshd_config.d/*.conf\n',
      '/etc/ssh/sshd_config.d/bad.conf': 'PasswordAuthentication yes\n',
    }
    assert.equal(settledIn(files, NO).text, 'PasswordAuthentication no\n   iNcLuDe sshd_config.d/*.conf\n')
  })

  it('our line stays in place where the Include comes after it', () => {
    const files = {
      [MAIN]: 'PasswordAuthentication yes\nInclude /etc/ssh/sshd_config.d/*.conf\n',
      [CLOUD]: 'PasswordAuthentication yes\n',
    }
    assert.equal(settledIn(files, NO).text, 'PasswordAuthentication no\nInclude /etc/ssh/sshd_config.d/*.conf\n')
  })

  it('our line goes behind the Include where the last counts', () => {
    const files = {
      [MAIN]: 'MaxStartups 5:30:20\nInclude /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\n',
      [CLOUD]: 'MaxStartups 50:30:90\n',
    }
    const task = { keyword: 'MaxStartups', value: '10:30:60' }
    assert.equal(
      settledIn(files, task).text,
      'Include /etc/ssh/sshd_config.d/*.conf\nMaxStartups 10:30:60\nUsePAM yes\n',
    )
  })

  const BLOCK = 'Match User bob\n  PasswordAuthentication yes\n'
  const OURS = 'Match User bob\n    PasswordAuthentication no\n'
  const DROPINS = 'Include /etc/ssh/sshd_config.d/*.conf\n'
  const EARLY: readonly {
    readonly name: string
    readonly main: string
    readonly after: string
    readonly cloud?: string
    readonly task?: Task
    readonly version?: string
  }[] = [
    { name: 'before the Include, closed', main: DROPINS, after: `${OURS}Match all\n${DROPINS}` },
    {
      name: 'before the Include, where the same block comes later',
      main: `# top\n${DROPINS}UsePAM yes\nMatch User bob\n\tAllowTcpForwarding no\n`,
      after: `# top\nMatch User bob\n\tPasswordAuthentication no\nMatch all\n${DROPINS}UsePAM yes\nMatch User bob\n\tAllowTcpForwarding no\n`,
    },
    {
      name: 'before the Include, and our later line goes with its block',
      main: `${DROPINS}Match User bob\n  PasswordAuthentication yes\nMatch User eve\n  Banner /e\n`,
      after: `Match User bob\n  PasswordAuthentication no\nMatch all\n${DROPINS}Match User eve\n  Banner /e\n`,
    },
    {
      name: 'into the same block, where that comes before the Include',
      main: `Match User bob\n  Banner /b\n# drop-ins\nMatch all\n${DROPINS}`,
      after: `Match User bob\n  Banner /b\n  PasswordAuthentication no\n# drop-ins\nMatch all\n${DROPINS}`,
    },
    {
      name: 'before the Match all in which the Include is',
      main: `UsePAM yes\nMatch all\n${DROPINS}`,
      after: `UsePAM yes\n${OURS}Match all\n${DROPINS}`,
    },
    {
      name: 'in the block with the Include, right above that',
      main: 'Match User bob\n  Include /etc/ssh/sshd_config.d/*.conf\n  Banner /b\n',
      cloud: 'PasswordAuthentication yes\n',
      after: 'Match User bob\n  PasswordAuthentication no\n  Include /etc/ssh/sshd_config.d/*.conf\n  Banner /b\n',
    },
    {
      name: 'before the wider block with the Include, which ends it',
      main: 'UsePAM yes\nMatch Address 10.0.0.0/8\n  Include /etc/ssh/sshd_config.d/*.conf\n',
      task: { ...BOB, match: 'Address 10.0.0.0/8 User bob' },
      after:
        'UsePAM yes\nMatch Address 10.0.0.0/8 User bob\n  PasswordAuthentication no\nMatch Address 10.0.0.0/8\n  Include /etc/ssh/sshd_config.d/*.conf\n',
    },
    {
      name: 'before the Include of a Match all, which overrides any block behind it',
      main: DROPINS,
      cloud: 'Match all\n  PasswordAuthentication yes\n',
      after: `${OURS}Match all\n${DROPINS}`,
    },
    {
      name: 'before the Include, with line ends like its own',
      main: 'UsePAM yes\r\nInclude /etc/ssh/sshd_config.d/*.conf\r\n',
      after:
        'UsePAM yes\r\nMatch User bob\r\n    PasswordAuthentication no\r\nMatch all\r\nInclude /etc/ssh/sshd_config.d/*.conf\r\n',
    },
    {
      name: 'before the Include, also where what is global below it is overridden above it only',
      main: `${DROPINS}PasswordAuthentication yes\nX11Forwarding yes\nMatch User eve\n  X11Forwarding yes\n`,
      after: `Match User bob\n  PasswordAuthentication no\nMatch all\n${DROPINS}PasswordAuthentication yes\nX11Forwarding yes\nMatch User eve\n  X11Forwarding yes\n`,
    },
    {
      name: 'behind the Include, where the last counts',
      main: `Match User bob\n  Banner /b\nMatch all\n${DROPINS}`,
      cloud: 'Match User bob\n  IPQoS lowdelay\n',
      task: { keyword: 'IPQoS', value: 'throughput', match: 'User bob' },
      after: `Match User bob\n  Banner /b\nMatch all\n${DROPINS}Match User bob\n  IPQoS throughput\n`,
    },
  ]
  for (const { name, main, after, cloud = BLOCK, task = BOB, version } of EARLY) {
    it(`a line of a block goes ${name}`, () => {
      const once = settledIn({ [MAIN]: main, [CLOUD]: cloud }, task, version)
      assert.equal(once.text, after)
    })
  }

  it('says that what is global below a new block stands in a Match all now', () => {
    assert.deepEqual(settledIn({ [MAIN]: DROPINS, [CLOUD]: BLOCK }, BOB).notes, [
      `${CLOUD}:2 says PasswordAuthentication yes, which it outranks`,
      `what is global below the new block of ${MAIN} stands in a Match all now`,
    ])
  })

  it('a global line in a Match all comes before an Include in it', () => {
    const files = { [MAIN]: `Match all\n${DROPINS}`, [CLOUD]: 'PasswordAuthentication yes\n' }
    assert.equal(settledIn(files, NO).text, `Match all\nPasswordAuthentication no\n${DROPINS}`)
  })

  it('a global line above a Match all is not the one that counts for an Include in it', () => {
    const files = {
      [MAIN]: `PasswordAuthentication yes\nMatch all\n${DROPINS}`,
      [CLOUD]: 'PasswordAuthentication yes\n',
    }
    assert.equal(settledIn(files, NO).text, `Match all\nPasswordAuthentication no\n${DROPINS}`)
  })

  const refusals: readonly {
    name: string
    files: Record<string, string>
    task: Task
    why: RegExp
    version?: string
  }[] = [
    {
      name: 'what an earlier drop-in says cannot be outranked by a later one',
      files: {
        [MAIN]: 'Include /etc/ssh/sshd_config.d/*.conf\n',
        [CLOUD]: 'PasswordAuthentication yes\n',
        '/etc/ssh/sshd_config.d/60-x.conf': '',
      },
      task: { ...NO, path: '/etc/ssh/sshd_config.d/60-x.conf' },
      why: /50-cloud-init\.conf:1 says PasswordAuthentication yes, and no line of .*60-x\.conf can outrank it/,
    },
    {
      name: 'what adds up cannot be taken back by another file',
      files: { [MAIN]: 'Include /etc/ssh/sshd_config.d/*.conf\nPort 22\n', [CLOUD]: 'Port 2222\n' },
      task: { keyword: 'Port', value: 22 },
      why: /50-cloud-init\.conf:1 says Port 2222, .*adds up/,
    },
    {
      name: 'a Subsystem of another file cannot be had twice',
      files: { [MAIN]: 'Include /etc/ssh/sshd_config.d/*.conf\n', [CLOUD]: 'Subsystem sftp /usr/bin/old\n' },
      task: { keyword: 'Subsystem', value: 'sftp internal-sftp' },
      why: /says Subsystem sftp \/usr\/bin\/old, .*takes a Subsystem only once/,
    },
    {
      name: 'a block before the Include that would have a global line override a later block',
      files: { [MAIN]: `${DROPINS}Banner /a\nMatch User eve\n  Banner none\n`, [CLOUD]: BLOCK },
      task: BOB,
      why: /^\S+50-cloud-init\.conf:2 says PasswordAuthentication yes for User bob, and a block before the Include \(\/etc\/ssh\/sshd_config:1\) would change more than that: \/etc\/ssh\/sshd_config:2 \(Banner \/a\) would override \/etc\/ssh\/sshd_config:4 \(Banner none\)$/,
    },
    {
      name: 'a block before the Include that would have a drop-in override an earlier global line',
      files: { [MAIN]: `Banner /a\n${DROPINS}`, [CLOUD]: `Banner /c\n${BLOCK}` },
      task: BOB,
      why: /50-cloud-init\.conf:1 \(Banner \/c\) would override \/etc\/ssh\/sshd_config:1 \(Banner \/a\)$/,
    },
    {
      name: 'a block before the Include that would take a list away from a block',
      files: { [MAIN]: `${DROPINS}AllowUsers bob\n`, [CLOUD]: `${BLOCK}  AllowUsers eve\n` },
      task: BOB,
      why: /sshd_config:2 \(AllowUsers bob\) would override \S+50-cloud-init\.conf:3 \(AllowUsers eve\)$/,
    },
    {
      name: 'a Match all of another file overrides what is outside of it',
      files: {
        [MAIN]: 'Include /etc/ssh/sshd_config.d/*.conf\n',
        [CLOUD]: 'Match all\n  PasswordAuthentication yes\n',
      },
      task: NO,
      why: /50-cloud-init\.conf:2 says PasswordAuthentication yes, .*Match all/,
    },
    {
      name: 'one Subsystem twice in the file',
      files: { [MAIN]: 'Subsystem sftp a\nSubsystem sftp b\n' },
      task: { keyword: 'Subsystem', value: 'sftp internal-sftp' },
      why: /has the Subsystem "sftp" twice, in lines 1 and 2/,
    },
    {
      name: 'a list in a block with which a Match all adds up',
      files: { [MAIN]: 'Match all\n  AllowUsers bob\n' },
      task: { keyword: 'AllowUsers', value: ['alice'], match: 'Group devs' },
      why: /sshd_config:2 says bob in a Match all, which adds up with the block/,
    },
    {
      name: 'a block behind a Match all that says otherwise',
      files: { [MAIN]: 'Match all\n  PasswordAuthentication yes\nMatch User bob\n  X11Forwarding no\n' },
      task: BOB,
      why: /sshd_config:2 says yes in a Match all, which comes before the block/,
    },
  ]
  for (const { name, files, task, why, version } of refusals) {
    it(`${name}: refused`, () => {
      assert.throws(() => settledIn(files, task, version), { name: 'Refused', message: why })
    })
  }
})

describe('a value that sshd would misread', () => {
  const rows: readonly [Task, RegExp, string?][] = [
    [{ keyword: 'PermitUserEnvironment', value: 'NO' }, /reads "NO" as a pattern of names/],
    [{ keyword: 'AllowUsers', value: 'alice,bob' }, /reads a comma as part of a name/],
    [{ keyword: 'Banner', value: 'no' }, /reads "no" as the name of a file or command; for nothing it is "none"/],
    [{ keyword: 'Banner', value: false }, /takes no yes or no/],
    [{ keyword: 'AuthorizedKeysCommand', value: '"none"' }, /reads the quotes/],
    [{ keyword: 'AuthorizedKeysFile', value: ['none', '.ssh/authorized_keys'] }, /none must stand alone/],
    [{ keyword: 'Banner', value: '/etc/motd\nPermitRootLogin yes' }, /line break/],
    [{ keyword: 'AllowUsers', value: [] }, /empty list is no value/],
    [{ keyword: 'Banner', value: '' }, /empty text is no value/],
    [{ keyword: 'PermitRootLogin', value: ['no', 'yes'] }, /takes one value, not 2/],
    [{ keyword: 'AllowUsers', value: 'alice # bob' }, /everything from # for a comment/],
    [{ keyword: 'Banner', value: '/etc/motd#1' }, /everything from # for a comment/, '8.4'],
    [{ keyword: 'Subsystem', value: 'sftp' }, /a name and a command are wanted/],
    [{ keyword: 'Subsystem', value: '"sftp internal-sftp"' }, /a name and a command are wanted/],
    [{ keyword: 'Subsystem', value: ['sftp internal-sftp', 'foo /bin/true'] }, /a task is about one subsystem/],
    [{ keyword: 'LoginGraceTime', value: '1m30s' }, /misreads minutes with seconds; write 90/, '8.0'],
  ]
  for (const [task, why, version] of rows) {
    it(`${task.keyword} ${JSON.stringify(task.value)} is refused`, () => {
      assert.throws(() => textAfter('', task, version), { name: 'Refused', message: why })
    })
  }
})
