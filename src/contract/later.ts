/** The value that only the run can know, such as the public key of a pair that is not made yet. */
export const LATER: unique symbol = Symbol('known after the run')

/** The type of {@link LATER}. */
export type Later = typeof LATER
