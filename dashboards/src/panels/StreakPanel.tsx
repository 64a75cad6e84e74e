import { format, formatTime } from '../format';
import type { StreakPanel as Data } from '../queries/generated';
import type { Table } from '../table';
import type { Result } from '../useQuery';
import { Panel } from './Panel';

const LONG = 3;

/** Runs in a row that inserted less than half of what they were asked for. */
export function StreakPanel({ variables, timeZone, result, counted }: { variables: object; timeZone: string; result: Result<Data>; counted: boolean }) {
  const streaks = result.data?.summary?.streaks;
  const table: Table | null = streaks
    ? {
        columns: [{ name: 'Streak', kind: 'TEXT' }, { name: 'Runs in a row', kind: 'COUNT' }, { name: 'First began', kind: 'TIME' }, { name: 'Last began', kind: 'TIME' }],
        rows: streaks.runs === 0 || !counted ? [] : [['Now', streaks.current, null, null], ['Longest', streaks.longest, streaks.longestFrom, streaks.longestTo]],
      }
    : null;
  return (
    <Panel name="streak" title="Failing streak" variables={variables} timeZone={timeZone} result={result} table={table} {...(counted ? {} : { empty: 'No counts of questions were reported.' })}>
      {streaks && (
        <>
          <p className="note">Runs in a row with an overall success under 50 %.</p>
          <dl className="figures">
            <div className="figure">
              <dt>Now</dt>
              <dd>
                <span className="value">{format(streaks.current, 'COUNT')}</span>
                {streaks.current >= LONG && <span className="change worse">{LONG} or more: look into it</span>}
              </dd>
            </div>
            <div className="figure">
              <dt>Longest</dt>
              <dd>
                <span className="value">{format(streaks.longest, 'COUNT')}</span>
                {streaks.longestFrom && (
                  <span className="change neutral">
                    {formatTime(streaks.longestFrom, 'DAY', timeZone)}
                    {streaks.longest > 1 && ` to ${formatTime(streaks.longestTo!, 'DAY', timeZone)}`}
                  </span>
                )}
              </dd>
            </div>
          </dl>
        </>
      )}
    </Panel>
  );
}
