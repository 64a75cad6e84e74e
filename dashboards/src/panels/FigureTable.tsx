import { format } from '../format';
import { follow } from '../router';
import { cellOf, type Table } from '../table';
import { Term } from './Term';

/** Figures as a table. Every cell holds its exact value in `data-value`. */
export function FigureTable({ table: { columns, rows }, timeZone, caption }: { table: Table; timeZone: string; caption: string }) {
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label={`${caption}: figures`}>
      <table>
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ name, kind, of }) => (
              <th key={name} scope="col" className={isText(kind) ? undefined : 'number'}>{of ? <Term of={of}>{name}</Term> : name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {row.map((each, j) => {
                const { value, kind, href, picture } = cellOf(each, columns[j]!);
                const text = format(value, kind, timeZone);
                const content = <>{href ? <a href={href} onClick={follow}>{text}</a> : text}{picture}</>;
                const raw = value ?? '';
                return j === 0 ? (
                  <th key={j} scope="row" data-value={raw}>{content}</th>
                ) : (
                  <td key={j} data-value={raw} className={isText(kind) ? undefined : 'number'}>{content}</td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function isText(kind: string): boolean {
  return kind === 'TEXT' || kind === 'TIME' || kind === 'DAY';
}
