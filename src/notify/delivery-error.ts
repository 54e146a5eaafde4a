/**
 * A message was not delivered. Its words hold no secret: neither a value that was read for the channel, nor what the
 * other side answered. `again` says whether to try at once, at a later tick only, or never.
 */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError'
  readonly again: 'soon' | 'later' | 'never'
  /** how long the other side asks to be left alone, in milliseconds */
  readonly waitMs: number

  constructor(message: string, again: 'soon' | 'later' | 'never', waitMs = 0) {
    super(message)
    this.again = again
    this.waitMs = waitMs
  }
}
