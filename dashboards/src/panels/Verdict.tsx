import { words } from '../format';
import type { Series } from '../queries/generated';

const TONE = { IMPROVING: 'better', DECLINING: 'worse', STABLE: 'neutral', RISING: 'neutral', FALLING: 'neutral', INSUFFICIENT_DATA: 'neutral' };

/** Whether a metric has been moving, in words. */
export function Verdict({ series: { key, verdict } }: { series: Series }) {
  return (
    <p className="verdict">
      {key && <strong>{key} </strong>}
      <Direction verdict={verdict} />
    </p>
  );
}

/** A direction and what it rests on. */
export function Direction({ verdict }: { verdict: Pick<Series['verdict'], 'direction' | 'words'> }) {
  return <><span className={`badge ${TONE[verdict.direction]}`}>{words(verdict.direction)}</span> {verdict.words}</>;
}
