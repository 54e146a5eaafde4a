import { createHash } from 'node:crypto'
import { bytesOf } from '../contract/bytes.ts'

/** Names a text by the first eight digits of its SHA-256. */
export const shortDigest = (text: string): string =>
  createHash('sha256').update(bytesOf(text)).digest('hex').slice(0, 8)
