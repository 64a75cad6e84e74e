import { useMemo } from 'react';
import { RowBars, type RowBar } from '../charts/RowBars';
import { format, words } from '../format';
import type { Loss, PipelineStage, QueryName } from '../queries/generated';
import type { Table } from '../table';
import type { Result } from '../useQuery';
import { Panel } from './Panel';

export type Counts = {
  questionsRequested: number;
  questionsGenerated: number;
  questionsEvaluated: number;
  questionsApproved: number;
  duplicatesFound: number;
  questionsInserted: number;
};

/** What is left of the questions after each stage. */
const STAGES: Array<{ name: string; left: (counts: Counts) => number; lostIn?: PipelineStage }> = [
  { name: 'Requested', left: (counts) => counts.questionsRequested },
  { name: 'Generated', left: (counts) => counts.questionsGenerated, lostIn: 'GENERATION' },
  { name: 'Evaluated', left: (counts) => counts.questionsEvaluated, lostIn: 'EVALUATION' },
  { name: 'Approved', left: (counts) => counts.questionsApproved, lostIn: 'REJECTION' },
  { name: 'Unique', left: (counts) => counts.questionsApproved - counts.duplicatesFound, lostIn: 'DEDUPLICATION' },
  { name: 'Inserted', left: (counts) => counts.questionsInserted, lostIn: 'INSERTION' },
];

type Props = {
  name: QueryName;
  id?: string;
  variables: object;
  timeZone: string;
  result: Result<unknown>;
  counts: Counts | null | undefined;
  losses: Loss[] | null | undefined;
};

/** How many questions each stage of the pipeline leaves, and loses. */
export function FunnelPanel({ counts, losses, ...panel }: Props) {
  const table = useMemo(() => tableOf(losses), [losses]);
  const bars = useMemo(() => (counts && losses ? barsOf(counts, losses) : []), [counts, losses]);
  return (
    <Panel {...panel} title="Pipeline funnel" table={table} chart>
      <RowBars label="Questions left after each stage of the pipeline" bars={bars} kind="COUNT" />
    </Panel>
  );
}

function barsOf(counts: Counts, losses: Loss[]): RowBar[] {
  return STAGES.map(({ name, left, lostIn }) => {
    const loss = losses.find(({ stage }) => stage === lostIn);
    const lost = Math.abs(loss?.share ?? 0) >= 0.0005 ? ` (−${format(loss!.share, 'SHARE')})` : '';
    return { name, value: left(counts), text: format(left(counts), 'COUNT') + lost, color: name === 'Inserted' ? 'success' : 'series-1' };
  });
}

function tableOf(losses: Loss[] | null | undefined): Table | null {
  return losses
    ? {
        columns: [{ name: 'Stage', kind: 'TEXT' }, { name: 'Questions lost', kind: 'COUNT' }, { name: 'Share of those that entered', kind: 'SHARE' }],
        rows: losses.map(({ stage, lost, share }) => [words(stage), lost, share]),
      }
    : null;
}
