import { useContext, useMemo } from 'react';
import { isCounted } from '../counts';
import { counted, format, formatDifference, type Kind } from '../format';
import { differenceOf, type Interval } from '../movements';
import type { Figures, KeyFiguresPanel } from '../queries/generated';
import { follow } from '../router';
import type { Table } from '../table';
import type { Result } from '../useQuery';
import { FINISHED, runsAddress, ShownView, type RunsOf, type View } from '../view';
import { Panel } from './Panel';
import { Term, type Defined } from './Term';

type Certain = { value: number | null; interval: Interval | null };
type Figure = {
  name: string;
  defined: Defined;
  kind: Kind;
  of: (figures: Figures) => number | null;
  /** It is 0 where nothing is counted, and unknown then. */
  ofCounts?: true;
  better?: 'more' | 'less';
  /** The figure with its interval, where there is one: without it, a change can be noise. */
  certain?: (figures: Figures) => Certain;
  /** Which runs to look at, the ones that matter most first. */
  runs: RunsOf;
};

const FIGURES: Figure[] = [
  { name: 'Finished runs', defined: 'RunsByStatus.finished', kind: 'COUNT', of: ({ runs }) => runs.finished, runs: { status: FINISHED } },
  { name: 'Successful runs', defined: 'Summary.runSuccessRate', kind: 'SHARE', of: ({ runSuccessRate }) => runSuccessRate, better: 'more', certain: (of) => of.runSuccess, runs: { status: 'FAILED,PARTIAL_FAILURE' } },
  { name: 'Overall success', defined: 'Summary.overallSuccessRate', kind: 'SHARE', of: ({ overallSuccessRate }) => overallSuccessRate, ofCounts: true, better: 'more', certain: (of) => of.overallSuccess, runs: { status: FINISHED, order: 'OVERALL_SUCCESS_RATE', direction: 'ASC' } },
  { name: 'Approval rate', defined: 'Summary.approvalRate', kind: 'SHARE', of: ({ approvalRate }) => approvalRate, better: 'more', certain: (of) => of.approval, runs: { status: FINISHED, order: 'APPROVAL_RATE', direction: 'ASC' } },
  { name: 'Arbiter score', defined: 'ScoreFigures.mean', kind: 'SCORE', of: ({ arbiterScore }) => arbiterScore.mean, better: 'more', certain: (of) => of.score, runs: { status: FINISHED, order: 'ARBITER_SCORE', direction: 'ASC' } },
  { name: 'Duplicate rate', defined: 'Summary.duplicateRate', kind: 'SHARE', of: ({ duplicateRate }) => duplicateRate, better: 'less', certain: (of) => of.duplicates, runs: { status: FINISHED } },
  { name: 'Questions inserted', defined: 'RunCounts.questionsInserted', kind: 'COUNT', of: ({ counts }) => counts.questionsInserted, ofCounts: true, runs: { status: FINISHED } },
  { name: 'Cost', defined: 'UsageFigures.costUsd', kind: 'USD', of: ({ usage }) => usage.costUsd, runs: { order: 'COST' } },
  { name: 'Cost per inserted question', defined: 'UsageFigures.costPerInsertedQuestion', kind: 'USD', of: ({ usage }) => usage.costPerInsertedQuestion, better: 'less', certain: (of) => of.cost, runs: { order: 'COST' } },
  { name: 'API calls per inserted question', defined: 'UsageFigures.apiCallsPerInsertedQuestion', kind: 'CALLS', of: ({ usage }) => usage.apiCallsPerInsertedQuestion, better: 'less', certain: (of) => of.calls, runs: { status: FINISHED } },
  { name: 'Median duration', defined: 'DurationFigures.p50', kind: 'SECONDS', of: ({ duration }) => duration.p50, better: 'less', certain: ({ duration }) => ({ value: duration.p50, interval: duration.p50Interval }), runs: { order: 'DURATION' } },
  { name: 'Errors per run', defined: 'metric ERRORS_PER_RUN', kind: 'ERRORS', of: ({ errors }) => errors.value, ofCounts: true, better: 'less', certain: (of) => of.errors, runs: { order: 'ERRORS' } },
];

/** A figure; null if it is 0 as nothing was counted. */
const valueOf = ({ of, ofCounts }: Figure, figures: Figures) => (ofCounts && figures.runs.finished > 0 && !isCounted(figures.counts) ? null : of(figures));

/** Why a figure has no value. */
const ABSENT: Partial<Record<Kind, string>> = { USD: 'No cost was reported', SECONDS: 'No duration was reported', CALLS: 'No API calls were reported', SCORE: 'No score was reported' };

type Props = { variables: { compare: boolean }; timeZone: string; result: Result<KeyFiguresPanel> };

/** The figures of the period, each with its change against the period before. */
export function KeyFigures({ variables, timeZone, result }: Props) {
  const view = useContext(ShownView);
  const { data } = result;
  const table = useMemo(() => tableOf(data, view), [data, view]);
  return (
    <Panel name="key-figures" title="Key figures" variables={variables} timeZone={timeZone} result={result} table={table} wide>
      <dl className="figures">
        {data?.summary && FIGURES.map((figure) => <KeyFigure key={figure.name} figure={figure} now={data.summary!} before={data.before} view={view} />)}
      </dl>
      {data?.summary && (
        <p className="note">
          {counted(data.summary.provenance.runs, 'run')}, as of {format(data.summary.provenance.asOf, 'TIME', timeZone)}.
          {variables.compare && ' Changes are against the period of the same length before; one in colour is more than noise, at 95 % for all of them together.'}
        </p>
      )}
    </Panel>
  );
}

function KeyFigure({ figure, now, before, view }: { figure: Figure; now: Figures; before?: Figures | null; view: View }) {
  const { name, defined, kind, ofCounts, runs } = figure;
  const value = valueOf(figure, now);
  const change = changeOf(value, before ? valueOf(figure, before) : null, kind);
  const tone = change && before ? toneOf(figure, now, before) : 'neutral';
  return (
    <div className="figure">
      <dt><Term of={defined}>{name}</Term></dt>
      <dd>
        {value === null ? <span className="note">{ofCounts && now.runs.finished > 0 ? 'No counts were reported' : (ABSENT[kind] ?? 'Nothing to divide by')}</span> : <a className="value" href={runsAddress(view, runs)} onClick={follow} title={`${name}: the runs`}>{format(value, kind)}</a>}
        {change && (
          <span className={`change ${tone}`}>
            {change.by > 0 ? '▲' : change.by < 0 ? '▼' : '='} {change.text}
            <span className="unseen"> {tone === 'neutral' ? (figure.certain && change.by !== 0 ? 'may be noise' : '') : tone}</span>
          </span>
        )}
      </dd>
    </div>
  );
}

/** Better or worse only if the interval of the difference says so. */
function toneOf({ better, certain }: Figure, now: Figures, before: Figures): 'better' | 'worse' | 'neutral' {
  const [after, earlier] = [certain?.(now), certain?.(before)];
  if (!better || !after?.interval || !earlier?.interval) return 'neutral';
  const { low, high } = differenceOf(after.value!, after.interval, earlier.value!, earlier.interval);
  if (low <= 0 && high >= 0) return 'neutral';
  return low > 0 === (better === 'more') ? 'better' : 'worse';
}

/** Rates and scores change by a difference, amounts by a share of what they were. */
function changeOf(now: number | null, before: number | null, kind: Kind): { by: number; text: string } | null {
  if (now === null || before === null) return null;
  if (kind === 'SHARE' || kind === 'SCORE') return { by: now - before, text: formatDifference(now - before, kind) };
  if (before === 0) return null;
  const share = (now - before) / before;
  return { by: share, text: `${share < 0 ? '−' : '+'}${format(Math.abs(share), 'SHARE')}` };
}

function tableOf(data: KeyFiguresPanel | null, view: View): Table | null {
  if (!data?.summary) return null;
  const { summary, before } = data;
  return {
    columns: [{ name: 'Figure', kind: 'TEXT' }, { name: 'Period', kind: 'COUNT' }, { name: 'Period before', kind: 'COUNT' }],
    rows: summary.runs.total === 0 ? [] : FIGURES.map((figure) => [{ value: figure.name, kind: 'TEXT', href: runsAddress(view, figure.runs) }, { value: valueOf(figure, summary), kind: figure.kind }, { value: before ? valueOf(figure, before) : null, kind: figure.kind }]),
  };
}
