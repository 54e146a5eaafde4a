/** Counts round trips that waited for one another: what is asked for before an answer comes is of that answer's flight. */
export interface Flights {
  /** numbers what is asked for now: one more than the highest flight answered by now */
  depart(): number
  /** says that a flight was answered */
  land(flight: number): void
  /** a channel was opened */
  opened(): void
  count(): { readonly flights: number; readonly channels: number }
}

/** Starts counting at zero. */
export const createFlights = (): Flights => {
  let answered = 0
  let highest = 0
  let channels = 0
  return {
    depart() {
      highest = Math.max(highest, answered + 1)
      return answered + 1
    },
    land(flight) {
      answered = Math.max(answered, flight)
    },
    opened() {
      channels += 1
    },
    count: () => ({ flights: highest, channels }),
  }
}
