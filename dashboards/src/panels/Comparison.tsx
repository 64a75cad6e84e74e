import { useMemo } from 'react';
import { Intervals, type IntervalRow } from '../charts/Intervals';
import { format, formatDifference, METRICS, words } from '../format';
import type { ComparisonVerdict, Metric, Queries, RunFilter } from '../queries/generated';
import { follow, useAddress } from '../router';
import type { Table } from '../table';
import { useQuery, type Result } from '../useQuery';
import { runAddress, useRunsOf, type filtersOf } from '../view';
import { Choice, keys } from './Filters';
import { Panel } from './Panel';

type Data = Queries['prompt-comparison']['data'];
type Compared = NonNullable<Data['comparePromptVersions']>;
type Props = { filters: ReturnType<typeof filtersOf>; timeZone: string; turn: number | null; versions: Array<{ key: string | null }> | null };

const TONE: Record<ComparisonVerdict, 'better' | 'worse' | 'neutral'> = {
  IMPROVED: 'better', REGRESSED: 'worse', HIGHER: 'neutral', LOWER: 'neutral', NO_DIFFERENCE_FOUND: 'neutral', INSUFFICIENT_DATA: 'neutral',
  CONFOUNDED: 'neutral',
};
const COLOR = { better: 'better', worse: 'worse', neutral: 'muted' } as const;

/** Two prompt versions, chosen by the reader; the two latest unless chosen otherwise. */
export function Comparison({ filters, timeZone, turn, versions }: Props) {
  const { searchParams } = useAddress();
  const known = keys(versions);
  const candidate = searchParams.get('candidate') ?? known[0] ?? '';
  const baseline = searchParams.get('baseline') ?? known.find((version) => version !== candidate) ?? '';
  const filter: RunFilter = { ...filters.filter };
  delete filter.promptVersions;
  const variables = { filter, baseline, candidate };
  const result = useQuery('prompt-comparison', variables, baseline && candidate ? turn : null);
  const compared = result.data?.comparePromptVersions;
  const table = useMemo(() => tableOf(compared), [compared]);
  const enough = versions === null || known.length > 1 || searchParams.has('baseline');
  return (
    <Panel
      name="prompt-comparison"
      title="Comparison of two versions"
      variables={variables}
      timeZone={timeZone}
      // With too few versions there is nothing to ask, and so nothing to wait for.
      result={{ ...result, loading: enough && result.loading } as Result<unknown>}
      table={enough ? table : { columns: [], rows: [] }}
      empty="The period has fewer than two prompt versions. Choose a longer one to compare them."
      wide
      chart
      before={
        enough && (
          <div className="filters">
            <Choice label="Baseline" name="baseline" value={baseline} options={known} />
            <Choice label="Candidate" name="candidate" value={candidate} options={known} />
          </div>
        )
      }
    >
      {compared && <Answer compared={compared} />}
    </Panel>
  );
}

function Answer({ compared }: { compared: Compared }) {
  const rows = useMemo(() => compared.comparisons.map(rowOf), [compared]);
  const runsOf = useRunsOf();
  const { searchParams } = useAddress();
  return (
    <>
      <p className="story">{inAll(compared.comparisons)}</p>
      <p className="note">
        {compared.candidate.key} ({format(compared.candidate.runs.finished, 'COUNT')} runs) against {compared.baseline.key} (
        {format(compared.baseline.runs.finished, 'COUNT')} runs). Drawn: the difference like for like, as a share of the baseline's value, with an interval that holds with 95 % however often one looks.
      </p>
      <Intervals label="Difference of the candidate from the baseline, by metric" rows={rows} kind="SHARE" zero addressOf={() => runsOf({ prompt: compared.candidate.key ?? '' })} />
      <ul className="verdicts">
        {compared.comparisons.map(({ metric, unit, baseline, candidate, rawDifference, verdict, words: said, causes, dominatingRuns }) => (
          <li key={metric}>
            <strong>{METRICS[metric]}</strong> <span className={`badge ${TONE[verdict]}`}>{words(verdict)}</span>{' '}
            {format(baseline.value, unit)} → {format(candidate.value, unit)}. {said}
            {dominatingRuns.map(({ id, ofCandidate, share }) => (
              <p key={id} className="note">
                <a href={runAddress(id, searchParams)} onClick={follow}>One run</a> is {format(share, 'SHARE')} of the {ofCandidate ? 'candidate' : 'baseline'} and decides nearly alone.
              </p>
            ))}
            {causes.length > 1 && (
              <details>
                <summary>What makes up the difference as it is{rawDifference === null ? '' : `, ${formatDifference(rawDifference, unit)}`}</summary>
                <ol>{causes.map(({ kind, words: cause }) => <li key={kind + cause}>{cause}</li>)}</ol>
              </details>
            )}
          </li>
        ))}
      </ul>
      {compared.confounders.length > 0 && (
        <div className="warning">
          <h3>What else differs, and is allowed for as far as the runs show it</h3>
          <ul>{compared.confounders.map(({ kind, words: said }) => <li key={kind + said}>{readable(said)}</li>)}</ul>
        </div>
      )}
      <p className="note">{compared.caveat}</p>
    </>
  );
}

/** With a metric's name as it is written everywhere else. */
function readable(text: string): string {
  return text.replace(/^[A-Z_]+(?= moves )/, (metric) => METRICS[metric as Metric] ?? words(metric));
}

/** What the comparisons come to, all together. */
function inAll(comparisons: Compared['comparisons']): string {
  const named = (...verdicts: ComparisonVerdict[]) => comparisons.filter(({ verdict }) => verdicts.includes(verdict)).map(({ metric }) => METRICS[metric]!);
  const said = ([
    ['Better', named('IMPROVED')], ['Worse', named('REGRESSED')], ['No difference found', named('NO_DIFFERENCE_FOUND')], ['Not decided', named('INSUFFICIENT_DATA', 'CONFOUNDED')],
  ] as const).filter(([, metrics]) => metrics.length > 0);
  return said.map(([verdict, metrics]) => `${verdict}: ${metrics.join(', ').toLowerCase().replaceAll('api', 'API')}.`).join(' ');
}

function rowOf({ metric, unit, baseline, difference, interval, verdict }: Compared['comparisons'][number]): IntervalRow {
  const share = (value: number) => value / Math.abs(baseline.value!);
  const drawable = difference !== null && !!baseline.value;
  return {
    name: METRICS[metric]!,
    value: drawable ? share(difference) : null,
    ...(drawable && interval && { low: share(interval.low), high: share(interval.high) }),
    text: `${METRICS[metric]}: ${formatDifference(difference, unit)}${interval ? ` (${formatDifference(interval.low, unit)} to ${formatDifference(interval.high, unit)})` : ''}`,
    color: COLOR[TONE[verdict]],
  };
}

function tableOf(compared: Compared | null | undefined): Table | null {
  return compared
    ? {
        columns: [
          { name: 'Metric', kind: 'TEXT' },
          { name: 'Baseline', kind: 'COUNT' },
          { name: 'Candidate', kind: 'COUNT' },
          { name: 'Difference like for like', kind: 'COUNT' },
          { name: 'Difference as it is', kind: 'COUNT' },
          { name: 'Interval from', kind: 'COUNT' },
          { name: 'Interval to', kind: 'COUNT' },
          { name: 'Adjusted p', kind: 'P_VALUE' },
          { name: 'Verdict', kind: 'TEXT' },
        ],
        rows: compared.comparisons.map(({ metric, unit, baseline, candidate, difference, rawDifference, interval, adjustedPValue, verdict }) => {
          const measure = (value: number | null | undefined) => ({ value: value ?? null, kind: unit });
          return [
            METRICS[metric]!, measure(baseline.value), measure(candidate.value), measure(difference), measure(rawDifference), measure(interval?.low), measure(interval?.high),
            adjustedPValue, verdict,
          ];
        }),
      }
    : null;
}
