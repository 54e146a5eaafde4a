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
    run(...cells: readonly Cell[]): { readonly changes: number | bigint }
    get(...cells: readonly Cell[]): unknown
    all(...cells: readonly Cell[]): readonly unknown[]
  }
  close(): void
}

type DriverClass = new (file: string) => Driver

const PATIENCE_MS = 20_000

/** Opens a database file, made where it is missing; throws the driver's error where it cannot. */
export const openDatabase = async (file: string): Promise<Database> => {
  const Class = await driverClass()
  const driver = new Class(file)
  try {
    driver.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}`)
    driver.exec('PRAGMA journal_mode = WAL')
    driver.exec('PRAGMA synchronous = FULL')
  } catch (error) {
    driver.close()
    throw error
  }
  return databaseOf(driver)
}

const databaseOf = (driver: Driver): Database => {
  const known = new Map<string, ReturnType<Driver['prepare']>>()
  const prepared = (sql: string): ReturnType<Driver['prepare']> => {
    const statement = known.get(sql) ?? driver.prepare(sql)
    known.set(sql, statement)
    return statement
  }
  return {
    exec: (sql) => {
      driver.exec(sql)
    },
    run: (sql, ...cells) => ({ changes: Number(prepared(sql).run(...cells).changes) }),
    get: <Row>(sql: string, ...cells: readonly Cell[]) => {
      const row = prepared(sql).get(...cells)
      return row === undefined || row === null ? undefined : (rowOf(row) as Row)
    },
    all: <Row>(sql: string, ...cells: readonly Cell[]) =>
      prepared(sql)
        .all(...cells)
        .map(rowOf) as readonly Row[],
    alone: (work) => {
      driver.exec('BEGIN IMMEDIATE')
      try {
        const result = work()
        driver.exec('COMMIT')
        return result
      } catch (error) {
        driver.exec('ROLLBACK')
        throw error
      }
    },
    close: () => {
      known.clear()
      driver.close()
    },
  }
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
const driverClass = async (): Promise<DriverClass> => {
  const own = builtin('node:sqlite') as { readonly DatabaseSync: DriverClass } | undefined
  if (own !== undefined) return own.DatabaseSync
  const { default: Libsql } = (await import('libsql')) as unknown as { readonly default: DriverClass }
  return Libsql
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
