import type { Found } from './look.ts'

const OWNER_MAY_WRITE = 0o300

/** Says whether a directory is a user's, who may make files in it: of its owner no other right of it says otherwise. */
export const isOwnDirectory = ({ owner, mode }: Found, user: string): boolean =>
  owner === user && (Number.parseInt(mode, 8) & OWNER_MAY_WRITE) === OWNER_MAY_WRITE
