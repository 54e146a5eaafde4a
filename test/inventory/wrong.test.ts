import assert from 'node:assert/strict'
import { writtenInventory } from './written.ts'

/** Files of an inventory, and all that is said about them. */
const SCREENS: readonly {
  readonly name: string
  readonly files: Readonly<Record<string, string>>
  readonly sources?: readonly string[]
  readonly screen: string
}[] = [
  {
    name: 'wants a map of groups',
    files: {
      'hosts.yml': `- web1
`,
    },
    screen: `hosts.yml:1:1: an inventory is a map of groups, not a list
  hint: write all: with hosts: below it`,
  },
  {
    name: 'wants hosts within a group',
    files: {
      'hosts.yml': `hosts:
  web1:
`,
    },
    screen: `hosts.yml:1:1: "hosts" stands outside of a group
  hint: write all: and indent "hosts:" below it`,
  },
  {
    name: 'wants hosts as a map',
    files: {
      'hosts.yml': `all:
  hosts: [web1, web2]
`,
    },
    screen: `hosts.yml:2:10: Invalid "hosts" entry for "all" group: it is a map of hosts, not a list
  hint: write "web1:", a host a line`,
  },
  {
    name: 'wants hosts as a map, also where there is one',
    files: {
      'hosts.yml': `all:
  hosts: web1
`,
    },
    screen: `hosts.yml:2:10: Invalid "hosts" entry for "all" group: it is a map of hosts, not "web1"
  hint: write "web1:", a host a line`,
  },
  {
    name: 'says what a misspelt key was to be',
    files: {
      'hosts.yml': `all:
  host:
    web1:
  var: {a: 1}
  web:
    hosts: {x: }
`,
    },
    screen: `hosts.yml:2:3: unexpected key "host" in the group "all"
  hint: did you mean "hosts"?
hosts.yml:4:3: unexpected key "var" in the group "all"
  hint: did you mean "vars"?
hosts.yml:5:3: unexpected key "web" in the group "all"
  hint: a group has hosts, children and vars; a group below it stands in its children`,
  },
  {
    name: 'wants groups that are maps',
    files: {
      'hosts.yml': `web: x
`,
    },
    screen: `hosts.yml:1:6: the group "web" is a map with hosts, children and vars, not "x"`,
  },
  {
    name: 'wants children as a map',
    files: {
      'hosts.yml': `all:
  children: [web]
`,
    },
    screen: `hosts.yml:2:13: Invalid "children" entry for "all" group: it is a map of groups, not a list
  hint: write "name:", a group a line`,
  },
  {
    name: 'wants variables as a map',
    files: {
      'hosts.yml': `all:
  vars: [a]
`,
    },
    screen: `hosts.yml:2:9: Invalid "vars" entry for "all" group: it is a map, not a list`,
  },
  {
    name: 'wants hosts with variables',
    files: {
      'hosts.yml': `all:
  hosts:
    web1: 10.0.0.1
`,
    },
    screen: `hosts.yml:3:11: the host "web1" has a map of variables, not "10.0.0.1"
  hint: as in "ansible_host: 192.0.2.1", below it`,
  },
  {
    name: 'says what is wrong with a range',
    files: {
      'hosts.yml': `all:
  hosts:
    web[01:5]:
    x[5:1]:
    y[a:3]:
    z[1:9:0]:
    w[1:999999]:
    open[1:]:
    open[:]:
    one[1]:
    a b:
    web1 ansible_host=10.0.0.1 ansible_user=admin:
    "":
    :22:
`,
    },
    screen: `hosts.yml:3:5: host range [01:5] must have a begin and an end of equal length
hosts.yml:4:5: host range [5:1] must have a begin that is not above its end
hosts.yml:5:5: host range [a:3] must be of numbers or of single letters, its begin not above its end
hosts.yml:6:5: host range [1:9] has no step of 0
hosts.yml:7:5: host range [1:999999] stands for more than 100000 hosts
hosts.yml:8:5: host range [1:] must specify end value
  hint: a range is written as in web[01:50], db[a:f] or n[1:9:2]
hosts.yml:9:5: host range [:] must specify end value
  hint: a range is written as in web[01:50], db[a:f] or n[1:9:2]
hosts.yml:10:5: "one[1]" is no name of a host
  hint: a range is written as in web[01:50], db[a:f] or n[1:9:2]
hosts.yml:11:5: a name of a host has no blanks: "a b"
hosts.yml:12:5: a name of a host has no blanks: "web1 ansible_host=10.0.0.1 ansible_user=admin"
  hint: write "web1:", and below it "ansible_host: 10.0.0.1"
hosts.yml:13:5: a host has a name
hosts.yml:14:5: a host has a name`,
  },
  {
    name: 'finds groups that hold themselves',
    files: {
      'hosts.yml': `all:
  children:
    a:
      children:
        b:
          children:
            a:
`,
    },
    screen: `hosts.yml:7:13: the group "a" is its own ancestor: a > b > a`,
  },
  {
    name: 'answers plugins',
    files: {
      'hosts.yml': `plugin: aws_ec2
regions: [x]
`,
    },
    screen: `hosts.yml:1:1: not yet: inventory plugins`,
  },
  {
    name: 'says to quote a template',
    files: {
      'hosts.yml': `all:
  hosts:
    web1:
      a: {{ b }}
`,
    },
    screen: `hosts.yml:4:10: a value that begins with a template must be quoted
  hint: quote the template: "{{ b }}"`,
  },
  {
    name: 'finds hosts that stand there twice',
    files: {
      'hosts.yml': `all:
  hosts:
    web1:
    web1:
`,
    },
    screen: `hosts.yml:4:5: duplicated mapping key "web1"`,
  },
  {
    name: 'wants a priority that is a number',
    files: {
      'hosts.yml': `web:
  vars: {ansible_group_priority: high}
`,
    },
    screen: `hosts.yml:2:10: ansible_group_priority is a whole number`,
  },
  {
    name: 'answers INI files',
    files: {
      'hosts.yml': `; hosts
[web]
web1 ansible_host=10.0.0.1
web[2:3]

[web:vars]
a=1
`,
    },
    screen: `hosts.yml:2:1: not yet: an INI inventory
  hint: write it in YAML: all: with hosts: and children: below it`,
  },
  {
    name: 'answers plain lists',
    files: {
      hosts: `web1
web2
`,
    },
    sources: ['hosts'],
    screen: `hosts:1:1: not yet: an INI inventory
  hint: write it in YAML: all: with hosts: and children: below it`,
  },
  {
    name: 'answers programs',
    files: {
      hosts: `#!/bin/sh
echo {}
`,
    },
    sources: ['hosts'],
    screen: `hosts:1:1: not yet: an inventory that is a program`,
  },
  {
    name: 'answers vaults',
    files: {
      'hosts.yml': `$ANSIBLE_VAULT;1.1;AES256
3132
`,
    },
    screen: `hosts.yml:1:1: not yet: files encrypted with ansible-vault`,
  },
  {
    name: 'wants files that are there',
    files: {},
    sources: ['nope.yml'],
    screen: `the inventory "nope.yml" could not be found`,
  },
  {
    name: 'says how a list of hosts is written',
    files: {},
    sources: ['web1'],
    screen: `the inventory "web1" could not be found`,
  },
  {
    name: 'says what is wrong with files of variables',
    files: {
      'hosts.yml': `all: {hosts: {web1: }}
`,
      'group_vars/all.yml': `- a
`,
      'host_vars/web1.yml': `a: b: c
`,
    },
    screen: `group_vars/all.yml:1:1: a file of variables is a map
host_vars/web1.yml:1:5: not YAML: bad indentation of a mapping entry
  hint: quote the value: it contains ": "`,
  },
  {
    name: 'refuses variables that stand in two places',
    files: {
      'hosts.yml': `all: {hosts: {web1: }}
`,
      'group_vars/all.yml': `a: 1
`,
      'group_vars/all/x.yml': `a: 1
`,
    },
    screen: `the variables of "all" stand in "group_vars/all" and "group_vars/all.yml"
  hint: put them into one file, or into the files of "group_vars/all/"`,
  },
]

describe('an inventory', () => {
  for (const { name, files, sources = ['hosts.yml'], screen } of SCREENS) {
    it(name, async () => {
      assert.equal((await writtenInventory(files, { sources })).screen, screen)
    })
  }
})
