import type { Event } from '../engine/event.ts'
import { reportDocument, resultDocument } from './json.ts'
import type { Output, Write } from './output.ts'

/** Tells a run as it goes, an event a line; each line is a JSON object whose `event` says what it is. */
export const ndjsonOutput = (write: Write): Output => ({
  tell: (event) => write(`${JSON.stringify(eventDocument(event))}\n`),
  aside: (work) => work(),
  close: async () => {},
})

/** One event as its line holds it. */
export const eventDocument = (event: Event): Readonly<Record<string, unknown>> => {
  const kind = event.kind.replaceAll(' ', '_')
  switch (event.kind) {
    case 'run started':
      return {
        event: kind,
        version: 1,
        command: event.mode,
        at: event.at,
        playbooks: event.playbooks,
        hosts: event.hosts,
      }
    case 'play started':
      return { event: kind, play: event.play, play_index: event.playIndex, hosts: event.hosts, tasks: event.tasks }
    case 'play skipped':
      return { event: kind, play: event.play, play_index: event.playIndex, why: event.why }
    case 'host connecting':
      return { event: kind, host: event.host, play_index: event.playIndex }
    case 'task started':
      return {
        event: kind,
        host: event.host,
        play_index: event.playIndex,
        task_index: event.taskIndex,
        task: event.task,
        module: event.module,
      }
    case 'task ended':
      return { event: kind, ...resultDocument(event.result) }
    case 'host ended':
      return { event: kind, host: event.host, play_index: event.playIndex, ...troubleOf(event) }
    case 'play ended':
      return { event: kind, play_index: event.playIndex }
    case 'hosts stopped':
      return { event: kind, play_index: event.playIndex, hosts: event.hosts, why: event.why }
    case 'machine closed':
      return { event: kind, machine: event.machine, ...countersOf(event) }
    case 'note':
      return { event: kind, text: event.text }
    case 'interrupted':
      return { event: kind }
    case 'run ended': {
      const { exit_code, hosts } = reportDocument(event.report)
      return { event: kind, at: event.at, exit_code, hosts }
    }
  }
}

const troubleOf = ({ unreachable }: Event & { readonly kind: 'host ended' }): Readonly<Record<string, unknown>> => {
  if (unreachable === undefined) return {}
  const { hostKey, ...words } = unreachable
  return { unreachable: { ...words, ...(hostKey === undefined ? {} : { host_key: hostKey }) } }
}

const countersOf = ({ counters }: Event & { readonly kind: 'machine closed' }): Readonly<Record<string, unknown>> => ({
  flights: counters.flights,
  channels: counters.channels,
  bytes_sent: counters.bytesSent,
})
