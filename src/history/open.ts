import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { UserError } from '../contract/errors.ts'
import { type Database, openDatabase } from './database.ts'
import type { History } from './shape.ts'
import { historyIn } from './store.ts'
import { inWords } from './trouble.ts'

// A history is for its owner alone: it tells where a fleet is weak.

/** Opens a history to keep something in it, made where it is missing: its directory 0700, its file 0600. Throws UserError where it cannot be written. */
export const openHistory = async (file: string): Promise<History> => {
  try {
    if (!existsSync(file)) makeFile(file)
    const database = await opened(file)
    // who may not write is told now
    database.alone(() => {})
    return historyIn(file, database)
  } catch (error) {
    throw inWords(file, 'write', error)
  }
}

/** Opens a history to read in it; throws UserError where there is none, and makes none. */
export const openKeptHistory = async (file: string): Promise<History> => {
  if (!existsSync(file))
    throw new UserError(`there is no history "${file}" yet`, {
      hint: 'keyward audit keeps its runs there; --history-file names another',
    })
  try {
    return historyIn(file, await opened(file))
  } catch (error) {
    throw inWords(file, 'read', error)
  }
}

const makeFile = (file: string): void => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  closeSync(openSync(file, 'a', 0o600))
  chmodSync(file, 0o600)
}

const opened = async (file: string): Promise<Database> => {
  if (statSync(file).isDirectory()) throw Object.assign(new Error('a directory'), { code: 'EISDIR' })
  const database = await openDatabase(file, (unchecked) => refuseOthers(file, unchecked))
  try {
    if (versionOf(database) < VERSION) database.alone(() => makeTables(database))
  } catch (error) {
    database.close()
    throw error
  }
  return database
}

/** `KWRD`: SQLite's header says so what the database is for */
const APPLICATION = 0x4b575244
const VERSION = 1

const versionOf = (database: Database): number =>
  database.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0

const refuseOthers = (file: string, database: Database): void => {
  // in this order: whoever makes the tables just now names the application in the same transaction
  const tables = database.get<{ count: number }>('SELECT count(*) AS count FROM sqlite_master')?.count ?? 0
  const application = database.get<{ application_id: number }>('PRAGMA application_id')?.application_id ?? 0
  if (application !== APPLICATION && (application !== 0 || tables > 0))
    throw new UserError(`"${file}" is a database, but no history of keyward`, { hint: 'name another file' })
  const version = versionOf(database)
  if (version > VERSION)
    throw new UserError(
      `the history "${file}" is of a newer keyward (its version is ${version}, here it is ${VERSION})`,
      {
        hint: 'read and write it with that keyward, or name another file',
      },
    )
}

/** Somebody else may have made them since the version was asked for. */
const makeTables = (database: Database): void => {
  database.exec(`
    CREATE TABLE IF NOT EXISTS entry (
      seq INTEGER PRIMARY KEY,
      kind TEXT NOT NULL,
      id TEXT NOT NULL,
      at TEXT NOT NULL,
      series TEXT NOT NULL,
      summary TEXT NOT NULL,
      body_hash TEXT,
      previous TEXT NOT NULL,
      hash TEXT NOT NULL,
      UNIQUE (kind, id)
    );
    CREATE INDEX IF NOT EXISTS entry_of_series ON entry (series, kind, seq);
    CREATE TABLE IF NOT EXISTS body (seq INTEGER PRIMARY KEY, gzip BLOB NOT NULL);
    PRAGMA application_id = ${APPLICATION};
    PRAGMA user_version = ${VERSION};
  `)
}
