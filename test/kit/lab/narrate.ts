/** Is handed each line that tells how far a long job is. */
export type Progress = (line: string) => void

/** A story of a long job: each line says the percent done, what is being done and, after a while, for how long. */
export interface Story {
  readonly step: (percent: number, doing: string) => void
  readonly end: () => void
}

const beatMs = 2000

/** Tells the first step at once and from then on one line every two seconds, so that silence means trouble. */
export function narrate(subject: string, progress: Progress): Story {
  const begun = Date.now()
  let percent = 0
  let doing = ''
  const tell = (): void => progress(`${subject}: ${percent} % ${doing} (${Math.round((Date.now() - begun) / 1000)} s)`)
  const timer = setInterval(tell, beatMs)
  return {
    step: (nextPercent, nextDoing) => {
      const first = doing === ''
      percent = Math.max(percent, nextPercent)
      if (nextDoing !== '') doing = nextDoing
      if (first || percent === 100) tell()
    },
    end: () => clearInterval(timer),
  }
}
