import { useMemo } from 'react';
import { METRICS } from '../format';
import { Filters } from '../panels/Filters';
import { Comparison } from '../panels/Comparison';
import { IntervalPanel } from '../panels/IntervalPanel';
import { MetricChoice, metricIn } from '../panels/MetricChoice';
import { Page } from '../panels/Page';
import { Panel } from '../panels/Panel';
import type { Metric, PromptVersionsPanel } from '../queries/generated';
import { useAddress } from '../router';
import type { Table } from '../table';
import { useLive } from '../useLive';
import { useQuery } from '../useQuery';
import { useView } from '../view';

const OFFERED: Metric[] = [
  'APPROVAL_RATE', 'OVERALL_SUCCESS_RATE', 'ARBITER_SCORE', 'DUPLICATE_RATE', 'COST_PER_INSERTED_QUESTION', 'API_CALLS_PER_INSERTED_QUESTION',
];

/** Prompt versions, and whether one does better than another. */
export default function PromptVersions() {
  // Versions follow each other over months.
  const { view, filters } = useView('all');
  const metric = metricIn(useAddress().searchParams, OFFERED);
  const live = useLive(filters.live);
  const variables = { ...filters, metric };
  const result = useQuery('prompt-versions-page', variables, live.turn);
  const { data } = result;
  const table = useMemo(() => tableOf(data?.promptVersions), [data]);
  const panel = { variables, timeZone: view.timeZone, result };
  return (
    <Page title="Prompt versions" live={live} errors={result.errors} filters={
      <Filters view={view} choices={data}>
        <MetricChoice metric={metric} offered={OFFERED} />
      </Filters>
    }>
      <div className="panels">
        <Panel {...panel} name="prompt-versions" title="Versions" table={table} wide open />
        <IntervalPanel
          {...panel}
          name="prompt-version-rates"
          title={`${METRICS[metric]}, with intervals`}
          rows={data?.promptVersionRates?.map(({ key, estimate }) => ({ name: key ?? 'Not reported', estimate }))}
          wide
        />
        <Comparison filters={filters} timeZone={view.timeZone} turn={live.turn} versions={data?.promptVersionChoices ?? null} />
      </div>
    </Page>
  );
}

function tableOf(versions: PromptVersionsPanel['promptVersions'] | undefined): Table | null {
  return versions
    ? {
        columns: [
          { name: 'Version', kind: 'TEXT' },
          { name: 'First seen', kind: 'DAY' },
          { name: 'Last seen', kind: 'DAY' },
          { name: 'Runs', kind: 'COUNT' },
          { name: 'Share', kind: 'SHARE' },
          { name: 'Failed', kind: 'COUNT' },
          { name: 'Overall success', kind: 'SHARE' },
          { name: 'Approval', kind: 'SHARE' },
          { name: 'Arbiter score', kind: 'SCORE' },
          { name: 'Duplicates', kind: 'SHARE' },
          { name: 'Mean duration', kind: 'SECONDS' },
          { name: 'Cost per question', kind: 'USD' },
          { name: 'Calls per question', kind: 'CALLS' },
        ],
        rows: versions.map((of) => [
          of.key ?? 'Not reported', of.firstSeen, of.lastSeen, of.runs.total, of.shareOfRuns, of.runs.failed, of.overallSuccessRate, of.approvalRate,
          of.arbiterScore.mean, of.duplicateRate, of.meanDurationSeconds, of.usage.costPerInsertedQuestion, of.usage.apiCallsPerInsertedQuestion,
        ]),
      }
    : null;
}
