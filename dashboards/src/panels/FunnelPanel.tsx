import { useMemo } from 'react';
import { RowBars, type RowBar } from '../charts/RowBars';
import { isCounted, knownLosses, stagesOf, type KnownLoss, type Stage } from '../counts';
import { format, words } from '../format';
import type { Counted, Loss, PipelineStage, QueryName } from '../queries/generated';
import type { Table } from '../table';
import type { Result } from '../useQuery';
import { Panel } from './Panel';

const LOST_BEFORE: Partial<Record<Stage, PipelineStage>> = { Generated: 'GENERATION', Evaluated: 'EVALUATION', Approved: 'REJECTION', Unique: 'DEDUPLICATION', Inserted: 'INSERTION' };

type Props = {
  name: QueryName;
  id?: string;
  variables: object;
  timeZone: string;
  result: Result<unknown>;
  counts: Counted | null | undefined;
  losses: Loss[] | null | undefined;
  addressOf?: (stage: number) => string;
};

/** How many questions each stage of the pipeline leaves, and loses. */
export function FunnelPanel({ counts, losses, addressOf, ...panel }: Props) {
  const known = useMemo(() => (counts && losses ? knownLosses(counts, losses) : null), [counts, losses]);
  const table = useMemo(() => known && tableOf(isCounted(counts!) ? known : []), [known, counts]);
  const bars = useMemo(() => (known ? barsOf(counts!, known) : []), [known, counts]);
  return (
    <Panel {...panel} title="Pipeline funnel" table={table} {...(losses?.length ? { empty: 'No counts of questions were reported.' } : {})} chart>
      <RowBars label="Questions left after each stage of the pipeline" bars={bars} kind="COUNT" addressOf={addressOf} />
    </Panel>
  );
}

function barsOf(counts: Counted, losses: KnownLoss[]): RowBar[] {
  return Object.entries(stagesOf(counts)).map(([name, left]) => {
    const loss = losses.find(({ stage }) => stage === LOST_BEFORE[name as Stage]);
    const lost = Math.abs(loss?.share ?? 0) >= 0.0005 ? ` (−${format(loss!.share, 'SHARE')})` : '';
    return { name, value: left ?? 0, text: left === null ? 'not reported' : format(left, 'COUNT') + lost, color: name === 'Inserted' ? 'success' : 'series-1' };
  });
}

function tableOf(losses: KnownLoss[]): Table {
  return {
    columns: [{ name: 'Stage', kind: 'TEXT' }, { name: 'Questions lost', kind: 'COUNT' }, { name: 'Share of those that entered', kind: 'SHARE' }],
    rows: losses.map(({ stage, lost, share }) => [words(stage), lost, share]),
  };
}
