import type { RefObject } from 'react';
import type { ToPicture } from '../charts/Chart';
import { toCsv, type Table } from '../table';

type Props = { name: string; title: string; table: Table; about: string; picture: RefObject<ToPicture | null> | null };

/** Takes a panel along: its figures as CSV, its chart as PNG. */
export function Exports({ name, title, table, about, picture }: Props) {
  const saveCsv = () => {
    // Spreadsheets take a file for UTF-8 only if it begins with the byte order mark.
    const address = URL.createObjectURL(new Blob(['\uFEFF', toCsv(table)], { type: 'text/csv;charset=utf-8' }));
    save(address, `${name}.csv`);
    URL.revokeObjectURL(address);
  };
  return (
    <>
      <button type="button" onClick={saveCsv} aria-label={`Save ${title} as CSV`}>CSV</button>
      {picture && (
        <button type="button" onClick={() => picture.current && save(picture.current({ title, about }), `${name}.png`)} aria-label={`Save ${title} as PNG`}>
          PNG
        </button>
      )}
    </>
  );
}

function save(address: string, file: string) {
  const link = document.createElement('a');
  link.href = address;
  link.download = file;
  link.click();
}
