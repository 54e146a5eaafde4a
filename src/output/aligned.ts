import { visibleLine } from './visible.ts'

/** Rows as columns, each as wide as its widest cell. */
export const aligned = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) =>
    `  ${row.map((text, column) => visibleLine(text).padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  )
}
