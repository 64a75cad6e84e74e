import { useState } from 'react';
import { words } from '../format';
import type { Table } from '../table';
import { useQuery } from '../useQuery';
import { Act } from './AlertActions';
import { Panel } from './Panel';

/** Where messages go, with what their receivers answered last, and a way to try each. */
export function AlertChannels({ timeZone, turn }: { timeZone: string; turn: number | null }) {
  const [tried, setTried] = useState(0);
  const [answer, setAnswer] = useState<string | null>(null);
  const result = useQuery('alert-channels', {}, turn === null ? null : turn + tried);
  const channels = result.data?.alertChannels;
  const table: Table | null = channels
    ? {
        columns: [{ name: 'Channel', kind: 'TEXT' }, { name: 'Kind', kind: 'TEXT' }, { name: 'Goes to', kind: 'TEXT' }, { name: 'Last answer', kind: 'TEXT' }, { name: 'Answered', kind: 'TIME' }, { name: 'Waiting', kind: 'COUNT' }, { name: 'Given up', kind: 'COUNT' }],
        rows: channels.map(({ name, kind, url, lastAnswer, lastAnsweredAt, waitingMessages, givenUpMessages }) => [name, words(kind), url, lastAnswer ?? 'none yet', lastAnsweredAt, waitingMessages, givenUpMessages]),
      }
    : null;
  return (
    <Panel name="alert-channels" title="Channels" variables={{}} timeZone={timeZone} result={result} table={table} empty="There is no channel yet. The file alerts.yaml or a mutation makes one." wide open before={
      channels && channels.length > 0 && (
        <div className="filters">
          {channels.map(({ id, name }) => (
            <Act key={id} name="alert-channel-test" variables={{ id }} label={`Test ${name}`} about="sends a message" done={(data) => {
              const said = data?.testAlertChannel;
              setAnswer(said ? `${name} ${said.taken ? 'took the message' : 'did not take it'}: ${said.answer}` : `${name} is not there any more.`);
              setTried(tried + 1);
            }} />
          ))}
          {answer && <p className="note" role="status">{answer}</p>}
        </div>
      )
    } />
  );
}
