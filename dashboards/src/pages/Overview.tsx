import { ErrorCategories } from '../panels/ErrorCategories';
import { Filters } from '../panels/Filters';
import { FunnelPanel } from '../panels/FunnelPanel';
import { KeyFigures } from '../panels/KeyFigures';
import { OpenRuns } from '../panels/OpenRuns';
import { Page } from '../panels/Page';
import { StatusPanel } from '../panels/StatusPanel';
import { StreakPanel } from '../panels/StreakPanel';
import { TrendPanel } from '../panels/TrendPanel';
import { useLive } from '../useLive';
import { useQuery } from '../useQuery';
import { useView } from '../view';

/** How the pipeline is doing, in one request. */
export function Overview() {
  const { view, filters } = useView();
  const live = useLive(filters.live);
  const result = useQuery('overview', filters, live.turn);
  const { data } = result;
  const panel = { variables: filters, timeZone: view.timeZone, result };
  return (
    <Page title="Overview" live={live} errors={result.errors} filters={<Filters view={view} choices={data} />}>
      <div className="panels">
        <KeyFigures {...panel} />
        <TrendPanel {...panel} name="success-trend" title="Overall success" series={data?.successTrend} changes={data?.successChanges} versions={data?.versions} />
        <TrendPanel {...panel} name="approval-trend" title="Approval rate" series={data?.approvalTrend} changes={data?.approvalChanges} versions={data?.versions} />
        <FunnelPanel {...panel} name="funnel" counts={data?.summary?.counts} losses={data?.summary?.funnel} />
        <StatusPanel {...panel} buckets={data?.timeline} />
        <TrendPanel {...panel} name="cost-trend" title="Cost per inserted question" series={data?.costTrend} />
        <TrendPanel {...panel} name="api-calls-trend" title="API calls per inserted question" series={data?.apiCallsTrend} />
        <ErrorCategories {...panel} categories={data?.errorCategories} />
        <StreakPanel {...panel} />
        <OpenRuns {...panel} />
      </div>
    </Page>
  );
}
