import { STATUSES } from '../format';
import type { RunStatus } from '../queries/generated';

/** Where a run is in its life, and whether it is or was stuck. */
export function Status({ run: { status, stuckAt } }: { run: { status: RunStatus; stuckAt: string | null } }) {
  return (
    <span className="status">
      <span className={`dot ${status.toLowerCase()}`} aria-hidden />
      {STATUSES[status]}
      {stuckAt && (status === 'RUNNING' ? ', stuck' : ', was stuck')}
    </span>
  );
}
