import { Listr } from 'listr2'
import type { Event } from '../engine/event.ts'
import { HostsRenderer, type HostsRendererOptions } from './hosts-renderer.ts'
import { linesOf, type Wording } from './lines.ts'
import type { Output, Write } from './output.ts'
import { advance, type Progress, progressOf } from './progress.ts'
import { foldedRecapLines } from './recap.ts'
import { type Screen, type Size, screenOn } from './screen.ts'

/** The terminal to draw on. */
export interface Terminal {
  readonly write: Write
  readonly size: () => Size
  readonly unicode: boolean
}

/** Tells a run on a terminal: what changed or failed stays, below it a block shows who is at work. */
export const treeOutput = (terminal: Terminal, wording: Wording): Output => {
  const screen = screenOn(terminal.write, terminal.size)
  const lines = linesOf({
    once: true,
    recap: (report, paint) => foldedRecapLines(report, paint, MOST_RECAP_LINES),
    mostSince: MOST_SINCE,
    ...wording,
  })
  let play: PlayTree | null = null

  const tell = (event: Event): void => {
    const told = lines(event)
    if (told.length > 0) screen.print(`${told.join('\n')}\n`)
    if (event.kind === 'play started') play = playTree(event, { ...terminal, screen, paint: wording.paint })
    play?.tell(event)
  }
  const close = async (): Promise<void> => {
    await play?.end()
    screen.close()
  }
  const aside = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    screen.pause()
    try {
      return await work()
    } finally {
      screen.resume()
    }
  }
  return { tell, aside, close }
}

const MOST_RECAP_LINES = 12
const MOST_SINCE = 4

interface PlayTree {
  tell(event: Event): void
  /** ends what is still shown as running */
  end(): Promise<void>
}

type Drawing = Omit<HostsRendererOptions, 'progress'> & { readonly screen: Screen }

/** One play as a list of listr2, a task for each host. */
const playTree = (event: Event & { readonly kind: 'play started' }, drawing: Drawing): PlayTree => {
  const progress = progressOf(event, Date.now())
  const ends = new Map(event.hosts.map((host) => [host, ending()]))
  const list = new Listr(
    [...ends].map(([host, end]) => ({ title: host, task: () => end.promise })),
    {
      concurrent: true,
      exitOnError: false,
      // interrupts are ours: listr2 would end the process past every recap
      registerSignalListeners: false,
      renderer: HostsRenderer,
      rendererOptions: { ...drawing, progress },
    },
  )
  const drawn = list.run()
  return {
    tell: (told) => {
      advance(progress, told)
      if (told.kind === 'host ended') settle(progress, told.host, ends.get(told.host))
      if (told.kind === 'play ended') for (const end of ends.values()) end.resolve()
    },
    end: async () => {
      for (const end of ends.values()) end.resolve()
      await drawn
    },
  }
}

const settle = (progress: Progress, host: string, end: Ending | undefined): void => {
  const one = progress.hosts.get(host)
  if (one?.state === 'failed') end?.reject(new Error(one.words))
  else end?.resolve()
}

interface Ending {
  readonly promise: Promise<void>
  resolve(): void
  reject(error: Error): void
}

const ending = (): Ending => {
  let resolve = (): void => {}
  let reject = (_error: Error): void => {}
  const promise = new Promise<void>((yes, no) => {
    resolve = yes
    reject = no
  })
  // a host may fail before listr2 has begun to wait for it
  promise.catch(() => {})
  return { promise, resolve, reject }
}
