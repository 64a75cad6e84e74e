import { useMemo } from 'react';
import { StackedBars, type Bars } from '../charts/StackedBars';
import { STATUSES } from '../format';
import type { RunsByStatusPanel } from '../queries/generated';
import type { Result } from '../useQuery';
import { Panel } from './Panel';

type Buckets = NonNullable<RunsByStatusPanel['timeline']>;
type Props = { variables: object; timeZone: string; result: Result<unknown>; buckets: Buckets | null | undefined };

const SERIES = [
  { status: 'SUCCESS', color: 'success', of: (runs: Buckets[number]['runs']) => runs.success },
  { status: 'PARTIAL_FAILURE', color: 'partial', of: (runs: Buckets[number]['runs']) => runs.partialFailure },
  { status: 'FAILED', color: 'failed', of: (runs: Buckets[number]['runs']) => runs.failed },
  { status: 'RUNNING', color: 'running', of: (runs: Buckets[number]['runs']) => runs.running },
] as const;

/** How many runs started when, by what became of them. */
export function StatusPanel({ buckets, ...panel }: Props) {
  const shown = useMemo(() => {
    const some = buckets?.some(({ runs }) => SERIES.some(({ of }) => of(runs) > 0)) ? buckets : [];
    const bars: Bars[] = SERIES.map(({ status, color, of }) => ({ name: STATUSES[status], color, values: some.map(({ runs }) => of(runs)) }));
    return { bars, starts: some.map(({ startsAt }) => startsAt), rows: some.map(({ startsAt, runs }) => [startsAt, ...SERIES.map(({ of }) => of(runs))]) };
  }, [buckets]);
  const table = buckets && {
    columns: [{ name: 'From', kind: 'TIME' } as const, ...SERIES.map(({ status }) => ({ name: STATUSES[status], kind: 'COUNT' }) as const)],
    rows: shown.rows,
  };
  return (
    <Panel {...panel} name="runs-by-status" title="Runs by status" table={table ?? null} chart>
      <StackedBars label="Runs by status over time" starts={shown.starts} bars={shown.bars} timeZone={panel.timeZone} />
    </Panel>
  );
}
