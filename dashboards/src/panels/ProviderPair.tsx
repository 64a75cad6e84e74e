import { useMemo } from 'react';
import { format, formatDifference, METRICS, type Kind } from '../format';
import { pairedDifference, type Part } from '../pairs';
import type { Queries, RunFilter } from '../queries/generated';
import { useAddress } from '../router';
import type { Table } from '../table';
import { useQuery, type Result } from '../useQuery';
import { Choice } from './Filters';
import { Panel } from './Panel';

type Run = NonNullable<Queries['provider-pair']['data']['pairRuns']>['nodes'][number];
type Share = Run['providers'][number];
type Ratio = { name: string; kind: Kind; x: (of: Share) => number | null; m: (of: Share) => number | null };

const RATIOS: Ratio[] = [
  { name: METRICS.PROVIDER_SUCCESS_RATE!, kind: 'SHARE', x: (of) => of.generated, m: (of) => (of.generated === null || of.failures === null ? null : of.generated + of.failures) },
  { name: METRICS.APPROVAL_RATE!, kind: 'SHARE', x: (of) => of.approved, m: (of) => of.evaluated },
  { name: METRICS.API_CALLS_PER_GENERATED_QUESTION!, kind: 'CALLS', x: (of) => of.apiCalls, m: (of) => of.generated },
  { name: METRICS.COST_PER_GENERATED_QUESTION!, kind: 'USD', x: (of) => of.totalCostUsd, m: (of) => of.generated },
];
/** All of them together are to hold in 95 % of cases, after Bonferroni. */
const SURE = 1 - 0.05 / RATIOS.length;

/** Two providers over the runs in which both took part, so that days, prompts and environments are the same for both. */
export function ProviderPair({ filter, timeZone, turn, providers }: { filter: RunFilter; timeZone: string; turn: number | null; providers: string[] | null }) {
  const { searchParams } = useAddress();
  const known = providers ?? [];
  const one = searchParams.get('one') ?? known[0] ?? '';
  const other = searchParams.get('other') ?? known.find((each) => each !== one) ?? '';
  const variables = { pair: { ...filter, providers: [one, other] } };
  const isAsked = one !== '' && other !== '';
  const result = useQuery('provider-pair', variables, isAsked ? turn : null);
  const runs = result.data?.pairRuns?.nodes;
  const table = useMemo(() => (runs ? tableOf(runs, one, other) : null), [runs, one, other]);
  return (
    <Panel
      name="provider-pair"
      title="Two providers over the same runs"
      variables={variables}
      timeZone={timeZone}
      result={{ ...result, loading: (providers === null || isAsked) && result.loading } as Result<unknown>}
      table={isAsked || providers === null ? table : { columns: [], rows: [] }}
      empty="Fewer than two providers took part in runs here."
      wide
      open
      before={
        isAsked && (
          <>
            <div className="filters">
              <Choice label="Provider" name="one" value={one} options={known} />
              <Choice label="Against" name="other" value={other} options={known} />
            </div>
            <p className="note">Of the latest 100 runs, those in which both took part. A difference is called one if its interval, which holds with 95 % for all rows together, leaves out none.</p>
          </>
        )
      }
    />
  );
}

function tableOf(runs: Run[], one: string, other: string): Table {
  return {
    columns: [
      { name: 'Figure', kind: 'TEXT' },
      { name: one, kind: 'COUNT' },
      { name: `${other}${one === other ? ' ' : ''}`, kind: 'COUNT' },
      { name: 'Difference', kind: 'TEXT' },
      { name: 'Interval', kind: 'TEXT' },
      { name: 'Runs', kind: 'COUNT' },
      { name: 'Verdict', kind: 'TEXT' },
    ],
    rows: RATIOS.map(({ name, kind, x, m }) => {
      const found = pairedDifference(partsOf(runs, one, other, x, m), SURE);
      if (!found) return [name, null, null, null, null, null, 'too few runs of both'];
      const { difference, low, high } = found;
      const verdict = low > 0 || high < 0 ? `${difference > 0 ? 'higher' : 'lower'} for ${one}` : 'may be noise';
      return [name, { value: found.one, kind }, { value: found.other, kind }, formatDifference(difference, kind), `${formatDifference(low, kind)} to ${formatDifference(high, kind)}`, { value: format(found.runs, 'COUNT'), kind: 'TEXT' }, verdict];
    }),
  };
}

function partsOf(runs: Run[], one: string, other: string, x: Ratio['x'], m: Ratio['m']): Part[] {
  return runs.flatMap(({ providers }) => {
    const [a, b] = [one, other].map((name) => {
      const of = providers.find((each) => each.provider === name);
      const [above, below] = of ? [x(of), m(of)] : [null, null];
      return above === null || !below ? null : { x: above, m: below };
    });
    return a && b ? [{ one: a, other: b }] : [];
  });
}
