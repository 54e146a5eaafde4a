/** Until when something holds that ends at a moment, in words: its last day, or the moment where that is within one; in UTC. */
export const untilWords = (end: Date): string => {
  const text = end.toISOString()
  if (!text.endsWith('T00:00:00.000Z')) return `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`
  return new Date(end.getTime() - 1).toISOString().slice(0, 10)
}
