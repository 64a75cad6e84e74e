import { useMemo } from 'react';
import { format, formatDifference, type Kind } from '../format';
import type { Figures, KeyFiguresPanel } from '../queries/generated';
import type { Table } from '../table';
import type { Result } from '../useQuery';
import { Panel } from './Panel';

type Figure = { name: string; kind: Kind; of: (figures: Figures) => number | null; better?: 'more' | 'less' };

const FIGURES: Figure[] = [
  { name: 'Finished runs', kind: 'COUNT', of: ({ runs }) => runs.finished },
  { name: 'Successful runs', kind: 'SHARE', of: ({ runSuccessRate }) => runSuccessRate, better: 'more' },
  { name: 'Overall success', kind: 'SHARE', of: ({ overallSuccessRate }) => overallSuccessRate, better: 'more' },
  { name: 'Approval rate', kind: 'SHARE', of: ({ approvalRate }) => approvalRate, better: 'more' },
  { name: 'Arbiter score', kind: 'SCORE', of: ({ arbiterScore }) => arbiterScore.mean, better: 'more' },
  { name: 'Duplicate rate', kind: 'SHARE', of: ({ duplicateRate }) => duplicateRate, better: 'less' },
  { name: 'Questions inserted', kind: 'COUNT', of: ({ counts }) => counts.questionsInserted },
  { name: 'Cost', kind: 'USD', of: ({ usage }) => usage.costUsd },
  { name: 'Cost per inserted question', kind: 'USD', of: ({ usage }) => usage.costPerInsertedQuestion, better: 'less' },
  { name: 'API calls per inserted question', kind: 'CALLS', of: ({ usage }) => usage.apiCallsPerInsertedQuestion, better: 'less' },
  { name: 'Median duration', kind: 'SECONDS', of: ({ duration }) => duration.p50, better: 'less' },
  { name: 'Errors', kind: 'COUNT', of: ({ counts }) => counts.totalErrors, better: 'less' },
];

type Props = { variables: { compare: boolean }; timeZone: string; result: Result<KeyFiguresPanel> };

/** The figures of the period, each with its change against the period before. */
export function KeyFigures({ variables, timeZone, result }: Props) {
  const { data } = result;
  const table = useMemo(() => tableOf(data), [data]);
  return (
    <Panel name="key-figures" title="Key figures" variables={variables} timeZone={timeZone} result={result} table={table} wide>
      <dl className="figures">
        {data?.summary && FIGURES.map((figure) => <KeyFigure key={figure.name} figure={figure} now={data.summary!} before={data.before} />)}
      </dl>
      {data?.summary && (
        <p className="note">
          {format(data.summary.provenance.runs, 'COUNT')} runs, as of {format(data.summary.provenance.asOf, 'TIME', timeZone)}.
          {variables.compare && ' Changes are against the period of the same length before.'}
        </p>
      )}
    </Panel>
  );
}

function KeyFigure({ figure: { name, kind, of, better }, now, before }: { figure: Figure; now: Figures; before?: Figures | null }) {
  const value = of(now);
  const change = changeOf(value, before ? of(before) : null, kind);
  const tone = !change || change.by === 0 || !better ? 'neutral' : change.by > 0 === (better === 'more') ? 'better' : 'worse';
  return (
    <div className="figure">
      <dt>{name}</dt>
      <dd>
        <span className="value">{format(value, kind)}</span>
        {change && (
          <span className={`change ${tone}`}>
            {change.by > 0 ? '▲' : change.by < 0 ? '▼' : '='} {change.text}
            {tone !== 'neutral' && <span className="unseen"> {tone}</span>}
          </span>
        )}
      </dd>
    </div>
  );
}

/** Rates and scores change by a difference, amounts by a share of what they were. */
function changeOf(now: number | null, before: number | null, kind: Kind): { by: number; text: string } | null {
  if (now === null || before === null) return null;
  if (kind === 'SHARE' || kind === 'SCORE') return { by: now - before, text: formatDifference(now - before, kind) };
  if (before === 0) return null;
  const share = (now - before) / before;
  return { by: share, text: `${share < 0 ? '−' : '+'}${format(Math.abs(share), 'SHARE')}` };
}

function tableOf(data: KeyFiguresPanel | null): Table | null {
  if (!data?.summary) return null;
  const { summary, before } = data;
  return {
    columns: [{ name: 'Figure', kind: 'TEXT' }, { name: 'Period', kind: 'COUNT' }, { name: 'Period before', kind: 'COUNT' }],
    rows: summary.runs.total === 0 ? [] : FIGURES.map(({ name, kind, of }) => [name, { value: of(summary), kind }, { value: before ? of(before) : null, kind }]),
  };
}
