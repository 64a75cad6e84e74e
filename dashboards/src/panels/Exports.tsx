import type { RefObject } from 'react';
import type { ToPicture } from '../charts/Chart';
import { saveAs } from '../save';
import { toCsv, type Table } from '../table';

type Props = { name: string; title: string; table: Table; about: string; picture: RefObject<ToPicture | null> | null };

/** Takes a panel along: its figures as CSV, its chart as PNG. */
export function Exports({ name, title, table, about, picture }: Props) {
  const saveCsv = () => {
    // Spreadsheets take a file for UTF-8 only if it begins with the byte order mark.
    saveAs(new Blob(['\uFEFF', toCsv(table)], { type: 'text/csv;charset=utf-8' }), `${name}.csv`);
  };
  return (
    <>
      <button type="button" onClick={saveCsv} aria-label={`Save ${title} as CSV`}>CSV</button>
      {picture && (
        <button type="button" onClick={() => picture.current && saveAs(picture.current({ title, about }), `${name}.png`)} aria-label={`Save ${title} as PNG`}>
          PNG
        </button>
      )}
    </>
  );
}
