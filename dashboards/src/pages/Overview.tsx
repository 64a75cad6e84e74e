import { lazy, Suspense, useMemo } from 'react';
import { isCounted } from '../counts';
import { ErrorCategories } from '../panels/ErrorCategories';
import { Filters } from '../panels/Filters';
import { FunnelPanel } from '../panels/FunnelPanel';
import { KeyFigures } from '../panels/KeyFigures';
import { OpenRuns } from '../panels/OpenRuns';
import { Page } from '../panels/Page';
import { StatusPanel } from '../panels/StatusPanel';
import { StreakPanel } from '../panels/StreakPanel';
import { TrendPanel } from '../panels/TrendPanel';
import { isGuest } from '../session';
import { useLive } from '../useLive';
import { useQuery } from '../useQuery';
import { FINISHED, runsAddress, useView } from '../view';

// It has a query of its own, which is sent when the first figures are there: the server computes it while they are drawn.
const WhatsWrong = lazy(() => import('../panels/WhatsWrong'));
const FirstRun = lazy(() => import('../panels/FirstRun').then((module) => ({ default: module.FirstRun })));

/** How the pipeline is doing: the figures in one request, and what is wrong, which takes the server longer, in another. */
export function Overview() {
  const { view, filters } = useView();
  const live = useLive(filters.live);
  const result = useQuery('overview', filters, live.turn);
  const { data } = result;
  // Runs may have finished without reporting what is measured.
  const finished = data?.summary?.runs.finished;
  const counted = !finished || isCounted(data!.summary!.counts);
  const isEmpty = data?.latest?.nodes.length === 0;
  const unless = (missing: string) => (finished ? { empty: missing } : {});
  const panel = { variables: filters, timeZone: view.timeZone, result };
  const versions = useMemo(() => [data?.versions ?? [], data?.arbiters ?? []], [data]);
  const trend = { ...panel, events: data?.events?.nodes };
  return (
    <Page title="Overview" view={view} live={live} errors={result.errors} filters={<Filters view={view} choices={data} />}>
      <div className="panels">
        {isEmpty && <Suspense><FirstRun /></Suspense>}
        {!isGuest() && (
          <Suspense fallback={<section className="panel wide wrong" aria-busy><h2>What is wrong now</h2></section>}>
            <WhatsWrong view={view} filters={filters} turn={data || result.errors.length > 0 ? live.turn : null} />
          </Suspense>
        )}
        {finished === 0 && !isEmpty && <section className="panel wide"><p className="state">No run has finished in this period, with these filters. Choose a longer period or fewer filters.</p></section>}
        {finished !== 0 && (
          <>
            <KeyFigures {...panel} />
            <TrendPanel {...trend} name="success-trend" title="Overall success" {...unless(counted ? 'No questions were requested.' : 'No counts of questions were reported.')} series={counted ? data?.successTrend : []} changes={data?.successChanges} versions={versions} />
            <TrendPanel {...trend} name="approval-trend" title="Approval rate" {...unless('No evaluated questions were reported.')} series={data?.approvalTrend} changes={data?.approvalChanges} versions={versions} />
            <FunnelPanel {...panel} name="funnel" counts={data?.summary?.counts} losses={data?.summary?.funnel} addressOf={() => runsAddress(view, { status: FINISHED, order: 'OVERALL_SUCCESS_RATE', direction: 'ASC' })} />
            <StatusPanel {...trend} buckets={data?.timeline} />
            <TrendPanel {...trend} name="cost-trend" title="Cost per inserted question" {...unless('No cost was reported, or no question inserted.')} series={data?.costTrend} />
            <TrendPanel {...trend} name="api-calls-trend" title="API calls per inserted question" {...unless('No API calls were reported, or no question inserted.')} series={data?.apiCallsTrend} />
            <ErrorCategories {...panel} categories={data?.errorCategories} />
            <StreakPanel {...panel} counted={counted} />
          </>
        )}
        <OpenRuns {...panel} />
      </div>
    </Page>
  );
}
