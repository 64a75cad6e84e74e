import type { ReactNode } from 'react';
import type { Kind, Value } from './format';
import type { Defined } from './panels/Term';

/** A panel's figures: what its chart shows, as text, for those who read or copy it. */
export type Table = { columns: Column[]; rows: Array<Array<Value | Cell>> };
export type Column = { name: string; kind: Kind; /** What defines it. */ of?: Defined };
/** A value that is of another kind than its column, leads somewhere, or has a picture that says the same. */
export type Cell = { value: Value; kind: Kind; href?: string; picture?: ReactNode };

export function cellOf(cell: Value | Cell, column: Column): Cell {
  return cell !== null && typeof cell === 'object' ? cell : { value: cell, kind: column.kind };
}

/** Comma-separated values after RFC 4180, exact and in the order of the table. */
export function toCsv({ columns, rows }: Table): string {
  const lines = [columns.map(({ name }) => name), ...rows.map((row) => row.map((cell, i) => cellOf(cell, columns[i]!).value))]
    .map((row) => row.map(quoted).join(','));
  return lines.join('\r\n') + '\r\n';
}

function quoted(value: Value): string {
  let text = String(value ?? '');
  // A text that a spreadsheet would run as a formula is kept a text.
  if (typeof value === 'string' && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
