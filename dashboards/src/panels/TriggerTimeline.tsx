import { useMemo } from 'react';
import { bucketOf } from '../charts/axes';
import { formatTime } from '../format';
import type { Queries, RunFilter } from '../queries/generated';
import { useQuery } from '../useQuery';
import type { filtersOf, View } from '../view';
import { BreakdownPanel, type Named } from './BreakdownPanel';

type Data = Queries['runs-by-trigger']['data'];
type Missed = NonNullable<Data['missedStarts']>;

const SHOWN = 3;

/** When runs began, by what started them, and when one should have begun by a rule that watches for that, and did not. */
export function TriggerTimeline({ view, filter, filters, turn }: { view: View; filter: RunFilter; filters: ReturnType<typeof filtersOf>; turn: number | null }) {
  const variables = { ...filters, filter };
  const result = useQuery('runs-by-trigger', variables, turn);
  const { data } = result;
  const missed = useMemo(() => (data?.missedStarts ?? []).filter(({ trigger, environment }) => isShown(trigger, view.triggers) && isShown(environment, view.environments)), [data, view]);
  const shown = missed.slice(-SHOWN).reverse();
  return (
    <BreakdownPanel name="runs-by-trigger" title="Finished runs by trigger" variables={variables} timeZone={view.timeZone} result={result} buckets={bucketsOf(data, missed)} empty="No run finished here, and none is missing." events={data?.events?.nodes} height={120}>
      {missed.length > 0 && (
        <ul className="changes" aria-label="Runs that did not start">
          {shown.map(({ at, trigger, environment, rule }) => (
            <li key={rule.id + at}>
              <span className="worse">Did not start</span>: {formatTime(at, 'TIME', view.timeZone)}{trigger && `, by ${trigger}`}{environment && `, in ${environment}`} (rule “{rule.name}”)
            </li>
          ))}
          {missed.length > shown.length && <li className="note">and {missed.length - shown.length} before</li>}
        </ul>
      )}
    </BreakdownPanel>
  );
}

const isShown = (name: string | null, chosen: string[]) => name === null || chosen.length === 0 || chosen.includes(name);

function bucketsOf(data: Data | null, missed: Missed): Named[] | undefined {
  if (!data?.runsByTrigger) return undefined;
  const named: Named[] = data.runsByTrigger.map(({ key, points }) => ({
    name: key ?? 'Not reported', of: key === null ? {} : { trigger: key }, points: points.map(({ startsAt, endsAt, runs }) => ({ startsAt, endsAt, count: runs })),
  }));
  // Where no run began there is none of a trigger, and yet time went by.
  const buckets = data.buckets ?? [];
  const starts = buckets.map(({ startsAt }) => startsAt);
  const counts = starts.map(() => 0);
  for (const { at } of starts.length > 0 ? missed : []) counts[bucketOf(at, starts)]!++;
  return [...named, { name: 'Did not start', color: 'failed', of: {}, points: buckets.map((bucket, i) => ({ ...bucket, count: counts[i]! })) }];
}
