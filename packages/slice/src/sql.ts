import sqlTag, { empty, join, raw, type Sql } from 'sql-template-tag'

/** A statement as a value: nothing runs until the host runs it. `Row` is the shape of what it returns. */
export type Statement<Row = unknown> = Sql & { readonly __row?: Row }

export const sql = sqlTag as <Row = unknown>(parts: readonly string[], ...values: unknown[]) => Statement<Row>

export { empty, join, raw }
