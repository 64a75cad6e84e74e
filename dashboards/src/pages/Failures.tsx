import { BreakdownPanel } from '../panels/BreakdownPanel';
import { ErrorCategories } from '../panels/ErrorCategories';
import { Filters } from '../panels/Filters';
import { Page } from '../panels/Page';
import { words } from '../format';
import type { Broken, FailuresByProviderPanel } from '../queries/generated';
import { root } from '../root';
import { follow, useAddress } from '../router';
import { useLive } from '../useLive';
import { useQuery } from '../useQuery';
import { linkTo, useView } from '../view';

/** What fails, how badly, and at which provider. */
export default function Failures() {
  const { view, filters } = useView();
  const { searchParams } = useAddress();
  const live = useLive(filters.live);
  const result = useQuery('failures-page', filters, live.turn);
  const { data } = result;
  const panel = { variables: filters, timeZone: view.timeZone, result };
  return (
    <Page title="Failures" live={live} errors={result.errors} filters={<Filters view={view} choices={data} />}>
      <p className="note">
        <a href={linkTo(`${root}runs`, searchParams, { status: 'FAILED' })} onClick={follow}>The failed runs of this period</a>
      </p>
      <div className="panels">
        <BreakdownPanel {...panel} name="failures-by-category" title="Errors by category over time" buckets={brokenDown(data?.failuresByCategory)} />
        <ErrorCategories {...panel} categories={data?.errorCategories} />
        <BreakdownPanel {...panel} name="failures-by-severity" title="Errors by severity over time" buckets={brokenDown(data?.failuresBySeverity)} />
        <BreakdownPanel {...panel} name="failures-by-provider" title="Failed generations by provider over time" buckets={providers(data?.failuresByProvider)} />
      </div>
    </Page>
  );
}

function brokenDown(breakdowns: Broken[] | null | undefined) {
  return breakdowns?.map(({ key, timeline }) => ({ name: words(key), points: timeline }));
}

/** A provider's failures are what its success rate leaves over. */
function providers(series: FailuresByProviderPanel['failuresByProvider'] | undefined) {
  return series?.map(({ key, points }) => ({
    name: key ?? 'Not reported',
    points: points.map(({ startsAt, numerator, denominator }) => ({ startsAt, count: denominator - numerator })),
  }));
}
