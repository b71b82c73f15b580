import { sql } from '../../kernel/db/index.ts';

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * Columns of a table, by the names that rows have here, as statements want them that write many rows at once. Statements whose
 * plan is kept name their columns.
 */
export function columnsOf<Row>(first: (keyof Row & string)[], ...more: (keyof Row & string)[][]) {
  const names = [first, ...more].flat();
  const pairs = names.map((name) => [name, snakeCase(name)] as const);
  const list = (write: (column: string) => string) =>
    sql.raw(pairs.map(([, column]) => write(column)).join(', '));
  return {
    names: list((column) => column),
    /** The same of a relation `item`. */
    items: list((column) => `item.${column}`),
    set: list((column) => `${column} = item.${column}`),
    excluded: list((column) => `${column} = excluded.${column}`),
    /** Rows as PostgreSQL takes them apart; what is null is left out. */
    json: (rows: readonly Row[]): string =>
      JSON.stringify(
        rows.map((row) => {
          const record: Record<string, unknown> = {};
          for (const [name, column] of pairs) if (row[name] !== null) record[column] = row[name];
          return record;
        }),
      ),
  };
}
