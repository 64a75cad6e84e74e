import { useMemo } from 'react';
import { Intervals, inWords } from '../charts/Intervals';
import { colorOf } from '../charts/slots';
import type { Measured, QueryName } from '../queries/generated';
import type { Table } from '../table';
import type { Result } from '../useQuery';
import { useRunsOf } from '../view';
import { Panel } from './Panel';

type Row = { name: string; estimate: Measured };
type Props = { name: QueryName; title: string; variables: object; timeZone: string; result: Result<unknown>; rows: Row[] | undefined; wide?: boolean; by: 'provider' | 'prompt' };

/** One metric of several, each with the interval in which its true value lies. */
export function IntervalPanel({ rows, by, ...panel }: Props) {
  const runsOf = useRunsOf();
  const addressOf = ({ name }: Row) => runsOf({ [by]: name });
  const known = JSON.stringify(rows);
  const measured = useMemo(() => (known ? (JSON.parse(known) as Row[]) : undefined), [known]);
  const kind = measured?.[0]?.estimate.unit ?? 'COUNT';
  const drawn = useMemo(
    () =>
      (measured ?? []).map(({ name, estimate: { value, interval, unit, runs } }) => ({
        name, value, low: interval?.low, high: interval?.high, text: `${name}: ${inWords(value, interval, unit)}, ${runs} runs`, ...(by === 'provider' && { color: colorOf(name) }),
      })),
    [measured, by],
  );
  return (
    <Panel {...panel} table={measured ? tableOf(measured, addressOf) : null} chart>
      <Intervals label={panel.title} rows={drawn} kind={kind} addressOf={(row) => addressOf(measured![row]!)} />
    </Panel>
  );
}

function tableOf(rows: Row[], addressOf: (row: Row) => string): Table {
  const kind = rows[0]?.estimate.unit ?? 'COUNT';
  return {
    columns: [
      { name: 'Name', kind: 'TEXT' },
      { name: 'Value', kind },
      { name: 'Interval from', kind },
      { name: 'Interval to', kind },
      { name: 'Runs', kind: 'COUNT' },
    ],
    rows: rows.map((row) => ({ ...row.estimate, row })).map(({ value, interval, runs, row }) => [{ value: row.name, kind: 'TEXT', href: addressOf(row) }, value, interval?.low, interval?.high, runs]),
  };
}
