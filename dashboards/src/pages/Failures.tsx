import { BreakdownPanel, type Named } from '../panels/BreakdownPanel';
import { ErrorCategories, NO_BREAKDOWN } from '../panels/ErrorCategories';
import { Filters } from '../panels/Filters';
import { Page } from '../panels/Page';
import { words } from '../format';
import type { Broken, FailuresByProviderPanel } from '../queries/generated';
import { root } from '../root';
import { follow, useAddress } from '../router';
import { useLive } from '../useLive';
import { useQuery } from '../useQuery';
import { linkTo, useView, type RunsOf } from '../view';

/** What fails, how badly, and at which provider. */
export default function Failures() {
  const { view, filters } = useView();
  const { searchParams } = useAddress();
  const live = useLive(filters.live);
  const result = useQuery('failures-page', filters, live.turn);
  const { data } = result;
  const panel = { variables: filters, timeZone: view.timeZone, result, events: data?.events?.nodes };
  return (
    <Page title="Failures" view={view} live={live} errors={result.errors} filters={<Filters view={view} choices={data} />}>
      <p className="note">
        <a href={linkTo(`${root}runs`, searchParams, [['status', 'FAILED']])} onClick={follow}>The failed runs of this period</a>
      </p>
      <div className="panels">
        <BreakdownPanel {...panel} name="failures-by-category" title="Errors by category over time" buckets={brokenDown(data?.failuresByCategory, (category) => ({ category }))} empty={NO_BREAKDOWN} />
        <ErrorCategories variables={filters} timeZone={view.timeZone} result={result} categories={data?.errorCategories} />
        <BreakdownPanel {...panel} name="failures-by-severity" title="Errors by severity over time" buckets={brokenDown(data?.failuresBySeverity, () => ({ status: 'FAILED,PARTIAL_FAILURE' }))} empty="No breakdown of errors by severity was reported." />
        <BreakdownPanel {...panel} name="failures-by-provider" title="Failed generations by provider over time" buckets={providers(data?.failuresByProvider)} empty="No failed generations were reported by provider." />
      </div>
    </Page>
  );
}

function brokenDown(series: Broken[] | null | undefined, of: (key: string) => RunsOf): Named[] | undefined {
  return series?.flatMap(({ key, points, verdict }) =>
    key === null ? [] : [{ name: words(key), of: of(key), verdict, points: points.map(({ startsAt, endsAt, numerator }) => ({ startsAt, endsAt, count: numerator })) }],
  );
}

/** A provider's failures are what its success rate leaves over. */
function providers(series: FailuresByProviderPanel['failuresByProvider'] | undefined): Named[] | undefined {
  return series?.map(({ key, points, verdict }) => ({
    name: key ?? 'Not reported',
    of: key === null ? {} : { provider: key },
    verdict,
    points: points.map(({ startsAt, endsAt, numerator, denominator }) => ({ startsAt, endsAt, count: denominator - numerator })),
  }));
}
