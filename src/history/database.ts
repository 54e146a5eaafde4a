/** What a statement's parameters and columns may hold. */
export type Cell = string | number | null | Uint8Array

/** An SQLite database, synchronous; opened in WAL mode, and patient with other processes. */
export interface Database {
  /** runs statements without parameters */
  exec(sql: string): void
  run(sql: string, ...cells: readonly Cell[]): { readonly changes: number }
  get<Row>(sql: string, ...cells: readonly Cell[]): Row | undefined
  all<Row>(sql: string, ...cells: readonly Cell[]): readonly Row[]
  /** all or nothing, and alone: other writers wait; `work` is synchronous, and may not begin another */
  alone<Result>(work: () => Result): Result
  close(): void
}

/** The classes that node:sqlite and libsql have in common, as far as they are used. */
interface Driver {
  exec(sql: string): void
  prepare(sql: string): {
    run(...given: readonly unknown[]): { readonly changes: number | bigint }
    all(...given: readonly unknown[]): readonly unknown[]
  }
  close(): void
}

interface DriverClass {
  new (file: string): Driver
}

/** A driver's class, and how it takes a statement's parameters. */
interface DriverKind {
  readonly Class: DriverClass
  given(cells: readonly Cell[]): readonly unknown[]
}

const PATIENCE_MS = 20_000

/**
 * Opens a database file, made where it is missing; throws the driver's error where it cannot.
 *
 * @param check looks at it before its journal is changed to WAL, and throws where it is not what was meant
 */
export const openDatabase = async (file: string, check: (database: Database) => void = () => {}): Promise<Database> => {
  const kind = await driverKind()
  const driver = new kind.Class(file)
  const database = databaseOf(driver, kind)
  try {
    driver.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}`)
    check(database)
    driver.exec('PRAGMA busy_timeout = 0')
    await patiently(() => driver.exec('PRAGMA journal_mode = WAL'))
    driver.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}`)
    driver.exec('PRAGMA synchronous = FULL')
  } catch (error) {
    database.close()
    throw error
  }
  return database
}

/** Two who open a new file at once both want its journal changed: were SQLite to wait, each would wait for the other. */
const patiently = async (work: () => void): Promise<void> => {
  for (let left = PATIENCE_MS / PAUSE_MS; ; left -= 1) {
    try {
      work()
      return
    } catch (error) {
      if (left <= 0 || codeOf(error) !== BUSY) throw error
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * Math.random() * 2))
    }
  }
}

const PAUSE_MS = 20

/** SQLite's primary result code in the error of either driver; null where the error is none of SQLite's. */
export const codeOf = (error: unknown): number | null => {
  const { errcode, code } = error as { readonly errcode?: unknown; readonly code?: unknown }
  if (typeof errcode === 'number') return errcode & 0xff
  // libsql tells of a file that it cannot open in words alone, with the code at their end
  const told = /ConnectionFailed\(.*: ([0-9]+)"\)$/s.exec(String((error as Error).message))?.[1]
  if (told !== undefined) return Number(told) & 0xff
  const name = typeof code === 'string' ? /^SQLITE_([A-Z]+)/.exec(code)?.[1] : undefined
  return name === undefined ? null : (CODES[name] ?? ERROR)
}

const ERROR = 1
const BUSY = 5

/** Names of codes as libsql has them. */
const CODES: Readonly<Record<string, number>> = {
  PERM: 3,
  BUSY,
  LOCKED: 6,
  READONLY: 8,
  IOERR: 10,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  CONSTRAINT: 19,
  NOTADB: 26,
}

const databaseOf = (driver: Driver, { given }: DriverKind): Database => {
  const known = new Map<string, ReturnType<Driver['prepare']>>()
  const prepared = (sql: string): ReturnType<Driver['prepare']> => {
    const statement = known.get(sql) ?? driver.prepare(sql)
    known.set(sql, statement)
    return statement
  }
  // a statement that is read to its end holds no lock any more
  const all = (sql: string, cells: readonly Cell[]): readonly unknown[] =>
    prepared(sql)
      .all(...given(cells))
      .map(rowOf)
  return {
    exec: (sql) => {
      driver.exec(sql)
    },
    run: (sql, ...cells) => ({ changes: Number(prepared(sql).run(...given(cells)).changes) }),
    get: <Row>(sql: string, ...cells: readonly Cell[]) => all(sql, cells)[0] as Row | undefined,
    all: <Row>(sql: string, ...cells: readonly Cell[]) => all(sql, cells) as readonly Row[],
    alone: (work) => {
      driver.exec('BEGIN IMMEDIATE')
      try {
        const result = work()
        driver.exec('COMMIT')
        return result
      } catch (error) {
        rollBack(driver)
        throw error
      }
    },
    close: () => {
      known.clear()
      empty(driver)
      driver.close()
    },
  }
}

/** Moves what the journal holds into the file, as far as nobody is in the way: libsql leaves it where it is. */
const empty = (driver: Driver): void => {
  try {
    driver.exec('PRAGMA wal_checkpoint(PASSIVE)')
  } catch {}
}

/** SQLite has rolled back by itself where the disk was full: to be told that is no news. */
const rollBack = (driver: Driver): void => {
  try {
    driver.exec('ROLLBACK')
  } catch {}
}

/** A plain record whose bytes are a Uint8Array: libsql gives an ArrayBuffer. */
const rowOf = (row: unknown): unknown =>
  Object.fromEntries(
    Object.entries(row as object).map(([name, cell]) => [
      name,
      cell instanceof ArrayBuffer ? new Uint8Array(cell) : cell,
    ]),
  )

/** node:sqlite where this Node has it, else libsql, whose binary comes with its package. */
const driverKind = async (): Promise<DriverKind> => {
  const own = builtin('node:sqlite') as { readonly DatabaseSync: DriverClass } | undefined
  if (own !== undefined) return { Class: own.DatabaseSync, given: (cells) => cells }
  const { default: Class } = (await import('libsql')) as unknown as { readonly default: DriverClass }
  // a single null or blob it would take for a record of named parameters
  return { Class, given: (cells) => [cells] }
}

/** A module of Node's own, where it has it; that one of them is experimental is no news to a user. */
const builtin = (name: string): unknown => {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return process.getBuiltinModule?.(name)
  } finally {
    process.emitWarning = emitWarning
  }
}
