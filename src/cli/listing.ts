import type { Play, Playbook, Task } from '../playbook/shape.ts'
import type { RunFlags } from './flags.ts'

/** What `--list-hosts`, `--list-tasks` and `--list-tags` print, one or all of them. */
export const listing = (
  playbooks: readonly Playbook[],
  flags: Pick<RunFlags, 'listHosts' | 'listTasks' | 'listTags'>,
  of: { hosts(play: Play): readonly string[]; tasks(play: Play): readonly Task[] },
): string => {
  const lines = playbooks.flatMap(({ file, plays }) => [
    file,
    ...plays.flatMap((play) => [
      `  play ${play.index + 1}, ${play.name} (hosts: ${play.hosts.pattern})`,
      ...(flags.listHosts ? part('hosts', of.hosts(play)) : []),
      ...(flags.listTasks ? part('tasks', of.tasks(play).map(taskLine)) : []),
      ...(flags.listTags ? [`    tags: ${allTags(of.tasks(play)).join(', ') || 'none'}`] : []),
    ]),
  ])
  return `${lines.join('\n')}\n`
}

const part = (title: string, lines: readonly string[]): readonly string[] => [
  `    ${title} (${lines.length}):`,
  ...lines.map((line) => `      ${line}`),
]

const taskLine = ({ name, tags }: Task): string => (tags.length === 0 ? name : `${name}  [${tags.join(', ')}]`)

const allTags = (tasks: readonly Task[]): readonly string[] => [...new Set(tasks.flatMap(({ tags }) => tags))].sort()
