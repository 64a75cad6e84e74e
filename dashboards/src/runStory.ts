import { hasFigures, knownLosses } from './counts';
import { age, counted, format, words } from './format';
import type { PipelineStage, Queries } from './queries/generated';

export type Run = NonNullable<Queries['run']['data']['run']>;

const ENDED: Record<Run['status'], string> = { SUCCESS: 'Succeeded', PARTIAL_FAILURE: 'Failed in part', FAILED: 'Failed', RUNNING: 'Going' };
const LOST: Partial<Record<PipelineStage, string>> = {
  GENERATION: 'in generation', EVALUATION: 'before evaluation', REJECTION: 'to the arbiter', DEDUPLICATION: 'as duplicates', INSERTION: 'on insertion',
};

/** What happened, in a sentence or two. */
export function storyOf(run: Run, now: Date): string {
  const { status, progress, durationSeconds, questionsRequested: requested, questionsInserted: inserted } = run;
  if (status === 'RUNNING') {
    const so = typeof progress?.questionsInserted === 'number' ? `; ${format(progress.questionsInserted, 'COUNT')} questions inserted so far` : '';
    return `Going for ${age((now.getTime() - Date.parse(run.startedAt)) / 1000)}${so}.`;
  }
  const after = durationSeconds === null ? '' : ` after ${format(durationSeconds, 'SECONDS')}`;
  if (!hasFigures(run)) return `${ENDED[status]}${after}, and reported no figures.${errorsOf(run)}`;
  const share = requested > 0 ? ` (${format(inserted / requested, 'SHARE')})` : '';
  return `${ENDED[status]}${after}: ${format(inserted, 'COUNT')} of ${counted(requested, 'requested question')}${share} ${inserted === 1 ? 'was' : 'were'} inserted.${mostLost(run)}${errorsOf(run)}`;
}

function mostLost(run: Run): string {
  const worst = knownLosses(run, run.pipelineLosses).flatMap(({ stage, lost, share }) => (stage in LOST && lost !== null && lost > 0 ? [{ stage, lost, share }] : [])).sort((a, b) => b.lost - a.lost)[0];
  return worst ? ` Most were lost ${LOST[worst.stage]}: ${format(worst.lost, 'COUNT')}${worst.share === null ? '' : `, ${format(worst.share, 'SHARE')} of what reached that stage`}.` : '';
}

function errorsOf({ totalErrors, errors }: Run): string {
  if (totalErrors === 0) return '';
  const most = [...(errors?.byCategory ?? [])].sort((a, b) => (b.errors ?? 0) - (a.errors ?? 0))[0];
  return ` ${counted(totalErrors, 'error')}${most?.errors ? `, most of them ${words(most.category)} (${format(most.errors, 'COUNT')})` : ''}.`;
}
