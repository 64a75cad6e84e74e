import { format } from '../format';
import type { OpenRunsPanel } from '../queries/generated';
import { useAddress } from '../router';
import type { Table } from '../table';
import type { Result } from '../useQuery';
import { runAddress } from '../view';
import { Panel } from './Panel';

/** Runs that have not ended, whenever they began, those declared stuck among them. */
export function OpenRuns({ variables, timeZone, result }: { variables: object; timeZone: string; result: Result<OpenRunsPanel> }) {
  const { searchParams } = useAddress();
  const runs = result.data?.openRuns;
  const stuck = runs?.nodes.filter(({ stuckAt }) => stuckAt).length ?? 0;
  // Those that began first are shown, and are stuck first.
  const moreMayBeStuck = !!runs && stuck === runs.nodes.length && runs.totalCount > stuck;
  const beating = runs?.nodes.some(({ progress }) => progress);
  const table: Table | null = runs
    ? {
        columns: [
          { name: 'Run', kind: 'TEXT' },
          { name: 'Began', kind: 'TIME' },
          { name: 'Stuck since', kind: 'TIME' },
          { name: 'Environment', kind: 'TEXT' },
          { name: 'Trigger', kind: 'TEXT' },
          { name: 'Prompt', kind: 'TEXT' },
          { name: 'Requested', kind: 'COUNT' },
          ...(beating
            ? ([{ name: 'Generated so far', kind: 'COUNT' }, { name: 'Inserted so far', kind: 'COUNT' }, { name: 'Last heartbeat', kind: 'TIME' }] as const)
            : []),
        ],
        rows: runs.nodes.map((run) => [
          { value: run.clientRunId ?? run.id, kind: 'TEXT', href: runAddress(run.id, searchParams) },
          run.startedAt, run.stuckAt, run.environment, run.triggeredBy, run.promptVersion, run.questionsRequested,
          ...(beating
            ? [run.progress?.questionsGenerated ?? null, run.progress?.questionsInserted ?? null, run.progress?.reportedAt ?? null]
            : []),
        ]),
      }
    : null;
  return (
    <Panel name="open-runs" title="Running and stuck" variables={variables} timeZone={timeZone} result={result} table={table} empty="No run is going at the moment." wide open>
      {runs && (
        <p className="note">
          {runs.totalCount === 1 ? '1 run is going' : `${format(runs.totalCount, 'COUNT')} runs are going`}
          {stuck > 0 && <>, <strong className="worse">{moreMayBeStuck && 'at least '}{stuck} stuck</strong></>}
          {runs.totalCount > runs.nodes.length && `; the ${runs.nodes.length} that began first are shown`}.
        </p>
      )}
    </Panel>
  );
}
