/** What a bare `keyward` says: three commands to start with. */
export const startingPoints = (program: string): string => `\
keyward: who may log in to your machines over SSH, and how

three commands to start with:

  ${program} playbooks
      the playbooks that come along: keys only, key pairs, agent, smart card

  ${program} check PLAYBOOK -i INVENTORY
      a dry run: shows what would change, line by line, and touches nothing

  ${program} run PLAYBOOK -i INVENTORY
      does it, and looks again at everything it changed

all commands: ${program} --help
`
