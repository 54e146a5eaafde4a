import type { ListrRenderer } from 'listr2'
import type { Paint } from './paint.ts'
import { type Progress, progressLines } from './progress.ts'
import type { Screen, Size } from './screen.ts'

/** What our listr2 renderer is handed. */
export interface HostsRendererOptions {
  readonly progress: Progress
  readonly screen: Screen
  readonly size: () => Size
  readonly paint: Paint
  readonly unicode: boolean
}

const FRAME_MS = 100

/** A listr2 renderer for many hosts: draws ten times a second at most, and only the hosts that run or failed. */
export class HostsRenderer implements ListrRenderer {
  static nonTTY = true
  static rendererOptions: HostsRendererOptions
  static rendererTaskOptions: never
  readonly #options: HostsRendererOptions
  #timer: NodeJS.Timeout | null = null

  constructor(_tasks: unknown, options: HostsRendererOptions) {
    this.#options = options
  }

  render(): void {
    this.#draw()
    this.#timer = setInterval(() => this.#draw(), FRAME_MS)
    // an unfinished drawing keeps no process alive
    this.#timer.unref()
  }

  end(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
    this.#options.screen.draw([])
  }

  #draw(): void {
    const { progress, screen, size, paint, unicode } = this.#options
    screen.draw(progressLines(progress, { size: size(), paint, unicode, nowMs: Date.now() }))
  }
}
