import { useMemo } from 'react';
import { partsOf } from '../charts/axes';
import { StackedBars, type Bars } from '../charts/StackedBars';
import { STATUSES } from '../format';
import type { RunsByStatusPanel } from '../queries/generated';
import type { Result } from '../useQuery';
import { useBuckets } from '../view';
import type { EventMark } from './EventList';
import { Panel } from './Panel';

type Buckets = NonNullable<RunsByStatusPanel['timeline']>;
type Props = { variables: object; timeZone: string; result: Result<unknown>; buckets: Buckets | null | undefined; events?: EventMark[] | null };

const SERIES = [
  { status: 'SUCCESS', color: 'success', of: (runs: Buckets[number]['runs']) => runs.success },
  { status: 'PARTIAL_FAILURE', color: 'partial', of: (runs: Buckets[number]['runs']) => runs.partialFailure },
  { status: 'FAILED', color: 'failed', of: (runs: Buckets[number]['runs']) => runs.failed },
  { status: 'RUNNING', color: 'running', of: (runs: Buckets[number]['runs']) => runs.running },
] as const;

/** How many runs started when, by what became of them. */
export function StatusPanel({ buckets, events, ...panel }: Props) {
  const shown = useMemo(() => {
    const some = buckets?.some(({ runs }) => SERIES.some(({ of }) => of(runs) > 0)) ? buckets : [];
    const bars: Bars[] = SERIES.map(({ status, color, of }) => ({ name: STATUSES[status], color, values: some.map(({ runs }) => of(runs)) }));
    return { bars, parts: partsOf(some), starts: some.map(({ startsAt }) => startsAt), counts: some.map(({ runs }) => SERIES.map(({ of }) => of(runs))) };
  }, [buckets]);
  const { runsOf, zoom } = useBuckets(shown.starts);
  const table = buckets && {
    columns: [{ name: 'From', kind: 'TIME' } as const, ...SERIES.map(({ status }) => ({ name: STATUSES[status], kind: 'COUNT' }) as const)],
    rows: shown.starts.map((start, i) => [
      { value: start, kind: 'TIME' as const, href: runsOf(i) },
      ...shown.counts[i]!.map((count, j) => (count > 0 ? { value: count, kind: 'COUNT' as const, href: runsOf(i, { status: SERIES[j]!.status }) } : count)),
    ]),
  };
  return (
    <Panel {...panel} name="runs-by-status" title="Runs by status" table={table ?? null} chart>
      <StackedBars label="Runs by status over time" starts={shown.starts} bars={shown.bars} timeZone={panel.timeZone} parts={shown.parts} events={events} addressOf={(bucket, bar) => runsOf(bucket, { status: SERIES[bar]!.status })} zoom={zoom} />
    </Panel>
  );
}
