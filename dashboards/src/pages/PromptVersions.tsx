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
import { runsAddress, useView } from '../view';

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
  const table = useMemo(() => tableOf(data?.promptVersions, (prompt) => runsAddress(view, { prompt })), [data, view]);
  const panel = { variables, timeZone: view.timeZone, result };
  return (
    <Page title="Prompt versions" view={view} live={live} errors={result.errors} filters={
      <Filters view={view} choices={data}>
        <MetricChoice metric={metric} offered={OFFERED} />
      </Filters>
    }>
      <div className="panels">
        <Panel {...panel} name="prompt-versions" title="Versions" table={table} wide open />
        <IntervalPanel
          {...panel}
          name="prompt-version-rates"
          by="prompt"
          title={`${METRICS[metric]}, with intervals`}
          rows={data?.promptVersionRates?.map(({ key, estimate }) => ({ name: key ?? 'Not reported', estimate }))}
          wide
        />
        <Comparison filters={filters} timeZone={view.timeZone} turn={live.turn} versions={data?.promptVersionChoices ?? null} />
      </div>
    </Page>
  );
}

function tableOf(versions: PromptVersionsPanel['promptVersions'] | undefined, runsOf: (prompt: string) => string): Table | null {
  return versions
    ? {
        columns: [
          { name: 'Version', kind: 'TEXT' },
          { name: 'First seen', kind: 'DAY', of: 'RunGroup.firstSeen' },
          { name: 'Last seen', kind: 'DAY', of: 'RunGroup.lastSeen' },
          { name: 'Runs', kind: 'COUNT', of: 'RunsByStatus.total' },
          { name: 'Share', kind: 'SHARE', of: 'RunGroup.shareOfRuns' },
          { name: 'Failed', kind: 'COUNT', of: 'RunsByStatus.failed' },
          { name: 'Overall success', kind: 'SHARE', of: 'RunGroup.overallSuccessRate' },
          { name: 'Approval', kind: 'SHARE', of: 'RunGroup.approvalRate' },
          { name: 'Arbiter score', kind: 'SCORE', of: 'ScoreFigures.mean' },
          { name: 'Duplicates', kind: 'SHARE', of: 'RunGroup.duplicateRate' },
          { name: 'Mean duration', kind: 'SECONDS', of: 'RunGroup.meanDurationSeconds' },
          { name: 'Cost per question', kind: 'USD', of: 'UsageFigures.costPerInsertedQuestion' },
          { name: 'Calls per question', kind: 'CALLS', of: 'UsageFigures.apiCallsPerInsertedQuestion' },
        ],
        rows: versions.map((of) => [
          of.key === null ? 'Not reported' : { value: of.key, kind: 'TEXT', href: runsOf(of.key) }, of.firstSeen, of.lastSeen, of.runs.total, of.shareOfRuns, of.runs.failed, of.overallSuccessRate, of.approvalRate,
          of.arbiterScore.mean, of.duplicateRate, of.meanDurationSeconds, of.usage.costPerInsertedQuestion, of.usage.apiCallsPerInsertedQuestion,
        ]),
      }
    : null;
}
