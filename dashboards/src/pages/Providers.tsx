import { useMemo } from 'react';
import { Filters } from '../panels/Filters';
import { IntervalPanel } from '../panels/IntervalPanel';
import { MetricChoice, metricIn } from '../panels/MetricChoice';
import { Page } from '../panels/Page';
import { Panel } from '../panels/Panel';
import { TrendPanel } from '../panels/TrendPanel';
import { METRICS } from '../format';
import type { Metric, ProvidersPanel } from '../queries/generated';
import { useAddress } from '../router';
import type { Table } from '../table';
import { useLive } from '../useLive';
import { useQuery } from '../useQuery';
import { useView } from '../view';

const OFFERED: Metric[] = [
  'APPROVAL_RATE', 'ATTRIBUTED_APPROVAL_RATE', 'PROVIDER_SUCCESS_RATE', 'API_CALLS_PER_GENERATED_QUESTION', 'COST_PER_GENERATED_QUESTION',
];

/** Providers side by side. */
export default function Providers() {
  const { view, filters } = useView();
  const metric = metricIn(useAddress().searchParams, OFFERED);
  const live = useLive(filters.live);
  const variables = { ...filters, metric };
  const result = useQuery('providers-page', variables, live.turn);
  const { data } = result;
  const table = useMemo(() => tableOf(data?.providers), [data]);
  const panel = { variables, timeZone: view.timeZone, result };
  return (
    <Page title="Providers" live={live} errors={result.errors} filters={
      <Filters view={view} choices={data}>
        <MetricChoice metric={metric} offered={OFFERED} />
      </Filters>
    }>
      <div className="panels">
        <Panel {...panel} name="providers" title="Side by side" table={table} wide open>
          <p className="note">Approval is exact where runs report it per provider; the estimate attributes each run's approvals by share of questions.</p>
        </Panel>
        <IntervalPanel
          {...panel}
          name="provider-rates"
          title={`${METRICS[metric]}, with intervals`}
          rows={data?.providerRates?.map(({ provider, estimate }) => ({ name: provider, estimate }))}
        />
        <TrendPanel {...panel} name="provider-trend" title={`${METRICS[metric]} over time`} series={data?.providerTrend} />
      </div>
    </Page>
  );
}

function tableOf(providers: ProvidersPanel['providers'] | undefined): Table | null {
  return providers
    ? {
        columns: [
          { name: 'Provider', kind: 'TEXT' },
          { name: 'Runs', kind: 'COUNT' },
          { name: 'Generated', kind: 'COUNT' },
          { name: 'Share', kind: 'SHARE' },
          { name: 'Failures', kind: 'COUNT' },
          { name: 'Generation success', kind: 'SHARE' },
          { name: 'Approval', kind: 'SHARE' },
          { name: 'Approval, estimated', kind: 'SHARE' },
          { name: 'API calls', kind: 'COUNT' },
          { name: 'Calls per question', kind: 'CALLS' },
          { name: 'Cost', kind: 'USD' },
          { name: 'Cost per question', kind: 'USD' },
        ],
        rows: providers.map((of) => [
          of.provider, of.runs, of.generated, of.shareOfGenerated, of.failures, of.successRate, of.approvalRate, of.attributedApprovalRate,
          of.apiCalls, of.apiCallsPerGeneratedQuestion, of.costUsd, of.costPerGeneratedQuestion,
        ]),
      }
    : null;
}
