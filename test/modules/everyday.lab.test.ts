import assert from 'node:assert/strict'
import { said } from '../kit/outside.ts'
import { type DocumentResult, play, type Stage, stageWith } from '../stories/given.ts'

/** The stage, and how the results of a playbook of these tasks read. */
const onStage = (variant: 'debian' | 'systemd' | 'busybox') => {
  const kept: { stage?: Stage } = {}
  before(async () => {
    kept.stage = await stageWith({ hosts: 1, name: `everyday-${variant}`, variant })
  })
  after(() => kept.stage?.lab.stop())
  const results = async (tasks: string, command: 'run' | 'check' = 'run'): Promise<readonly DocumentResult[]> =>
    (await kept.stage?.document(command, play(tasks)))?.results ?? []
  return {
    results,
    statuses: async (tasks: string, command: 'run' | 'check' = 'run') =>
      (await results(tasks, command)).map(({ status, message }) => (status === 'failed' ? message : status)),
    out: (command: string): Promise<string> =>
      said(kept.stage?.host.exec(command) ?? Promise.reject(new Error('no host'))),
  }
}

for (const variant of ['debian', 'busybox'] as const)
  describe(`files on a ${variant} host`, () => {
    const { statuses, out } = onStage(variant)

    it('are made, edited, linked, given away and removed, each once', async () => {
      const tasks = [
        '- file: { path: /srv/a/b, state: directory, mode: "0750" }',
        '- file: { path: /srv/a/b/app.conf, content: "one\\ntwo\\n", owner: "0", group: root }',
        '- file: { path: /srv/app.conf, state: link, src: a/b/app.conf }',
        '- line_in_file: { path: /srv/app.conf, regexp: "^t", line: two, mode: "0600", validate: "grep -q one %s" }',
        '- line_in_file: { path: /srv/new/list, line: "x y", create: true, owner: admin, mode: "0600" }',
        '- file: { path: ~admin/.hushlogin, state: touch, owner: admin }',
      ].join('\n')
      const before = await out('ls /srv')
      assert.deepEqual(await statuses(tasks, 'check'), Array(6).fill('drift'))
      assert.equal(await out('ls /srv'), before)
      assert.deepEqual(await statuses(tasks), Array(6).fill('changed'))
      assert.deepEqual(await statuses(tasks), Array(6).fill('ok'))
      assert.equal(await out('cat /srv/a/b/app.conf; readlink /srv/app.conf'), 'one\ntwo\na/b/app.conf')
      assert.equal(
        await out("stat -c '%a %U %F' /srv/a/b /srv/a/b/app.conf /srv/new/list"),
        '750 root directory\n600 root regular file\n600 admin regular file',
      )
      const gone = [
        '- file: { path: /srv/app.conf, state: absent }',
        '- file: { path: /srv/a/b/app.conf, state: absent }',
        '- file: { path: /srv/a/b, state: absent }',
        '- file: { path: /srv/new, state: absent }\n  ignore_errors: true',
      ].join('\n')
      assert.deepEqual(await statuses(gone), [
        ...Array(3).fill('changed'),
        'the directory /srv/new is not empty, and no tree is ever removed: remove what is in it first',
      ])
      assert.equal(await out('ls /srv/a /srv/new'), '/srv/a:\n\n/srv/new:\nlist')
    })

    it('are left as they are where the text is refused', async () => {
      const refused = '- line_in_file: { path: /etc/passwd, line: junk, validate: "! grep -q junk %s" }'
      for (const command of ['check', 'run'] as const)
        assert.match((await statuses(refused, command))[0] ?? '', /^failed to validate: rc:1/)
      assert.equal(await out('grep -c junk /etc/passwd'), '0')
    })
  })

describe('commands on a debian host', () => {
  const { results, statuses, out } = onStage('debian')

  it('run where they are needed, and say what came of it', async () => {
    const tasks = [
      '- command: { cmd: touch "/root/it is made", creates: "/root/it*" }',
      '- command: { cmd: pwd, chdir: /usr }\n  register: where',
      '- command: { argv: [echo, "{{ where.stdout }} {{ where.rc }}"] }\n  changed_when: false',
      '- command: { cmd: cat, stdin: hush }',
      '- command: { cmd: "false", unless: "test -e /etc/passwd" }',
      '- command: { cmd: "sh -c \'echo oh >&2; exit 3\'" }\n  ignore_errors: true\n  register: failed',
      '- command: { cmd: "sh -c \'exit 3\'" }\n  register: three\n  failed_when: (ne three.rc 3)',
      '- command: { argv: [test, "{{ failed.rc }}{{ failed.stderr }}", "=", 3oh] }',
      '- command: { cmd: none-such }\n  ignore_errors: true',
    ].join('\n')
    assert.deepEqual(await statuses(tasks), [
      ...['changed', 'changed', 'ok', 'changed', 'ok'],
      'non-zero return code 3: oh; it had run: sh -c echo oh >&2; exit 3',
      ...['changed', 'changed'],
      'No such file or directory: none-such',
    ])
    assert.equal(await out('ls /root'), 'it is made')
  })

  it('see the facts of the machine', async () => {
    const facts =
      '{{ facts.os.family }} {{ facts.os.version }} {{ facts.ssh.unit }} {{ facts.init }} {{ facts.user }} {{ facts.selinux.mode }}'
    const tasks = `- command: { cmd: 'sh -c "echo ${facts} > /root/facts"' }\n- command: { cmd: 'sh -c "echo {{ facts.ssh.version }} > /root/version"' }`
    assert.deepEqual(await statuses(tasks), ['changed', 'changed'])
    assert.equal(await out('cat /root/facts'), 'Debian 12 ssh sysv admin disabled')
    assert.equal(await out('ssh -V 2>&1 | grep -c "^OpenSSH_$(cat /root/version)p"'), '1')
  })

  it('install a package out of lists that were not fetched yet, and remove it', async () => {
    await out(`
      rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /var/lib/apt/lists/*
      mkdir -p /srv/build/DEBIAN /srv/repository
      printf 'Package: keyward-test\\nVersion: 1.0\\nArchitecture: all\\nMaintainer: a <a@b>\\nDescription: a test\\n' > /srv/build/DEBIAN/control
      dpkg-deb --build /srv/build /srv/repository/keyward-test.deb >/dev/null
      cd /srv/repository
      { cat /srv/build/DEBIAN/control; echo "Filename: ./keyward-test.deb"; echo "Size: $(stat -c %s keyward-test.deb)"; echo "SHA256: $(sha256sum keyward-test.deb | cut -d' ' -f1)"; } > Packages
      echo 'deb [trusted=yes] file:/srv/repository ./' > /etc/apt/sources.list`)
    const present = '- package: { name: [keyward-test, sudo] }'
    assert.deepEqual(await statuses(present, 'check'), ['drift'])
    assert.deepEqual([await statuses(present), await statuses(present)], [['changed'], ['ok']])
    assert.equal(await out("dpkg-query -W -f '${db:Status-Status} ${Version}' keyward-test"), 'installed 1.0')
    const absent = '- package: { name: keyward-test, state: absent }'
    assert.deepEqual([await statuses(absent), await statuses(absent)], [['changed'], ['ok']])
    const [unknown] = await results('- package: { name: no-such-package }')
    assert.match(
      unknown?.message ?? '',
      /^apt-get .*install no-such-package ended with 100: E: Unable to locate package/,
    )
  })
})

describe('services on a systemd host', () => {
  const { statuses, out } = onStage('systemd')
  const unit = '[Service]\\nExecStart=/bin/sleep 1d\\nExecReload=/bin/true\\n[Install]\\nWantedBy=multi-user.target\\n'
  const state = (): Promise<string> => out('systemctl is-active nap; systemctl is-enabled nap')

  it('are started, enabled, restarted, stopped and masked', async () => {
    const written = `- file: { path: /etc/systemd/system/nap.service, content: "${unit}" }`
    const started = '- service: { name: nap, state: started, enabled: true, daemon_reload: true }'
    assert.deepEqual(await statuses(`${written}\n${started}`, 'check'), ['drift', 'waiting'])
    assert.deepEqual(await statuses(`${written}\n${started}`), ['changed', 'changed'])
    assert.deepEqual([await statuses(started), await state()], [['ok'], 'active\nenabled'])
    const restarted = '- service: { name: nap, state: restarted }'
    const first = await out('systemctl show -P MainPID nap')
    assert.deepEqual([await statuses(restarted), await statuses(restarted)], [['changed'], ['changed']])
    assert.notEqual(await out('systemctl show -P MainPID nap'), first)
    const stopped = '- service: { name: nap, state: stopped, enabled: false }'
    assert.deepEqual(
      [await statuses(stopped), await statuses(stopped), await state()],
      [['changed'], ['ok'], 'inactive\ndisabled'],
    )
  })

  it('of which systemd read old files are read again', async () => {
    await out(`printf '${unit}' > /etc/systemd/system/nap.service; systemctl daemon-reload; systemctl restart nap`)
    await out('printf "\\n# changed\\n" >> /etc/systemd/system/nap.service')
    const reread = '- service: { name: nap, daemon_reload: true }'
    assert.deepEqual([await statuses(reread), await statuses(reread)], [['changed'], ['ok']])
  })

  it('that are reloaded by what they watch', async () => {
    await out('systemctl start nap; mkdir -p /etc/nap.d; echo a > /etc/nap.d/a')
    const watched = '- service_reload: { name: nap, watch: /etc/nap.d }'
    assert.deepEqual([await statuses(watched), await statuses(watched)], [['changed'], ['ok']])
    await out('rm /etc/nap.d/a')
    assert.deepEqual([await statuses(watched), await statuses(watched)], [['changed'], ['ok']])
  })
})
