import { useMemo } from 'react';
import { BreakdownPanel, type Named } from '../panels/BreakdownPanel';
import { Filters } from '../panels/Filters';
import { IntervalPanel } from '../panels/IntervalPanel';
import { MetricChoice, metricIn } from '../panels/MetricChoice';
import { Page } from '../panels/Page';
import { Panel } from '../panels/Panel';
import { ProviderPair } from '../panels/ProviderPair';
import { TrendPanel } from '../panels/TrendPanel';
import { METRICS } from '../format';
import type { Metric, ProvidersPanel, Summed } from '../queries/generated';
import { useAddress } from '../router';
import type { Table } from '../table';
import { useLive } from '../useLive';
import { useQuery } from '../useQuery';
import { runsAddress, useView } from '../view';

const OFFERED: Metric[] = [
  // The first one is reported by whoever reports providers at all.
  'PROVIDER_SUCCESS_RATE', 'APPROVAL_RATE', 'ATTRIBUTED_APPROVAL_RATE', 'API_CALLS_PER_GENERATED_QUESTION', 'COST_PER_GENERATED_QUESTION',
];

/** Providers side by side. */
export default function Providers() {
  const { view, filters } = useView();
  const metric = metricIn(useAddress().searchParams, OFFERED);
  const live = useLive(filters.live);
  const variables = { ...filters, metric };
  const result = useQuery('providers-page', variables, live.turn);
  const { data } = result;
  const table = useMemo(() => tableOf(data?.providers, (provider) => runsAddress(view, { provider })), [data, view]);
  const panel = { variables, timeZone: view.timeZone, result };
  return (
    <Page title="Providers" view={view} live={live} errors={result.errors} filters={
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
          by="provider"
          title={`${METRICS[metric]}, with intervals`}
          rows={data?.providerRates?.map(({ provider, estimate }) => ({ name: provider, estimate }))}
        />
        <TrendPanel {...panel} events={data?.events?.nodes} name="provider-trend" title={`${METRICS[metric]} over time`} series={data?.providerTrend} by="provider" />
        <ProviderPair filter={filters.filter} timeZone={view.timeZone} turn={live.turn} providers={data?.providers?.map(({ provider }) => provider) ?? (result.loading ? null : [])} />
        <BreakdownPanel {...panel} name="provider-cost" title="Cost over time" buckets={summed(data?.providerCost)} kind="USD" empty="No cost was reported by provider." events={data?.events?.nodes} />
        <BreakdownPanel {...panel} name="provider-tokens" title="Output tokens over time" buckets={summed(data?.providerTokens)} kind="TOKENS" empty="No tokens were reported by provider." events={data?.events?.nodes} />
      </div>
    </Page>
  );
}

function summed(series: Summed[] | null | undefined): Named[] | undefined {
  return series?.flatMap(({ key, points }) =>
    key === null ? [] : [{ name: key, of: { provider: key }, points: points.map(({ startsAt, endsAt, numerator }) => ({ startsAt, endsAt, count: numerator })) }],
  );
}

function tableOf(providers: ProvidersPanel['providers'] | undefined, runsOf: (provider: string) => string): Table | null {
  return providers
    ? {
        columns: [
          { name: 'Provider', kind: 'TEXT' },
          { name: 'Runs', kind: 'COUNT', of: 'ProviderFigures.runs' },
          { name: 'Generated', kind: 'COUNT', of: 'ProviderFigures.generated' },
          { name: 'Share of generated', kind: 'SHARE', of: 'ProviderFigures.shareOfGenerated' },
          { name: 'Failures', kind: 'COUNT', of: 'ProviderFigures.failures' },
          { name: 'Share of failures', kind: 'SHARE', of: 'ProviderFigures.shareOfFailures' },
          { name: 'Generation success', kind: 'SHARE', of: 'ProviderFigures.successRate' },
          { name: 'Approval', kind: 'SHARE', of: 'ProviderFigures.approvalRate' },
          { name: 'Approval, estimated', kind: 'SHARE', of: 'ProviderFigures.attributedApprovalRate' },
          { name: 'API calls', kind: 'COUNT', of: 'ProviderFigures.apiCalls' },
          { name: 'Calls per question', kind: 'CALLS', of: 'ProviderFigures.apiCallsPerGeneratedQuestion' },
          { name: 'Cost', kind: 'USD', of: 'ProviderFigures.costUsd' },
          { name: 'Cost per question', kind: 'USD', of: 'ProviderFigures.costPerGeneratedQuestion' },
        ],
        rows: providers.map((of) => [
          { value: of.provider, kind: 'TEXT', href: runsOf(of.provider) }, of.runs, of.generated, of.shareOfGenerated, of.failures, of.shareOfFailures, of.successRate, of.approvalRate, of.attributedApprovalRate,
          of.apiCalls, of.apiCallsPerGeneratedQuestion, of.costUsd, of.costPerGeneratedQuestion,
        ]),
      }
    : null;
}
