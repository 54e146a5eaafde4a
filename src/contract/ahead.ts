/** Begins something whose failure counts only where its end is awaited: what is asked together is one flight. */
export const ahead = <Result>(begun: Promise<Result>): Promise<Result> => {
  begun.catch(() => undefined)
  return begun
}
