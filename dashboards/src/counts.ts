import type { Counted, Loss, PipelineStage } from './queries/generated';

/**
 * Whether anything was counted. Reports may leave out every count, and the ledger has 0 for each then: nothing is known, rather than nothing
 * done.
 */
export function isCounted({ questionsGenerated, generationFailures, questionsEvaluated, questionsApproved, questionsInserted, insertionFailures, totalErrors }: Counted): boolean {
  return [questionsGenerated, generationFailures, questionsEvaluated, questionsApproved, questionsInserted, insertionFailures, totalErrors].some((count) => count > 0);
}

type OfRun = Counted & { computedRates: object | null; generationSuccessRate: number | null; approvalRate: number | null; overallSuccessRate: number | null };

/** Whether a run reports figures: a count, or a rate, be it 0. One that goes on has none yet. */
export function hasFigures(run: OfRun): boolean {
  return run.computedRates !== null && (isCounted(run) || [run.generationSuccessRate, run.approvalRate, run.overallSuccessRate].some((rate) => rate !== null));
}

export type Stage = 'Requested' | 'Generated' | 'Evaluated' | 'Approved' | 'Unique' | 'Inserted';

/** The questions left after each stage of the pipeline. Null where a count was left out: it is 0, and yet questions came further. */
export function stagesOf(counts: Counted): Record<Stage, number | null> {
  const { questionsRequested, questionsGenerated, questionsEvaluated, questionsApproved, duplicatesFound, questionsInserted } = counts;
  const known = (count: number, ...later: number[]) => (count === 0 && (later.some((each) => each > 0) || !isCounted(counts)) ? null : count);
  const approved = known(questionsApproved, questionsInserted);
  return {
    Requested: known(questionsRequested, questionsGenerated, questionsEvaluated, questionsApproved, questionsInserted),
    Generated: known(questionsGenerated, questionsEvaluated, questionsApproved, questionsInserted),
    Evaluated: known(questionsEvaluated, questionsApproved, questionsInserted),
    Approved: approved,
    Unique: approved === null ? null : approved - duplicatesFound,
    Inserted: known(questionsInserted),
  };
}

const BETWEEN: Record<PipelineStage, Stage[]> = {
  GENERATION: ['Requested', 'Generated'], EVALUATION: ['Generated', 'Evaluated'], REJECTION: ['Evaluated', 'Approved'], DEDUPLICATION: ['Approved', 'Unique'], INSERTION: ['Unique', 'Inserted'], TOTAL: ['Requested', 'Inserted'],
};

export type KnownLoss = { stage: PipelineStage; lost: number | null; share: number | null };

/** What was lost at each stage: null where what came to it, or left it, was not counted. */
export function knownLosses(counts: Counted, losses: Loss[]): KnownLoss[] {
  const stages = stagesOf(counts);
  return losses.map((loss) => (BETWEEN[loss.stage].some((each) => stages[each] === null) ? { stage: loss.stage, lost: null, share: null } : loss));
}
