import { useState } from 'react';
import { formatTime, words } from '../format';
import { Act, mayAdminister } from '../panels/AlertActions';
import { ForAdministrators } from '../panels/ForAdministrators';
import { Page } from '../panels/Page';
import { Panel } from '../panels/Panel';
import { DAY_MS } from '../period';
import type { KeyRole, Queries } from '../queries/generated';
import type { Table } from '../table';
import { useQuery } from '../useQuery';
import { useView } from '../view';

type Session = NonNullable<Queries['browser-sessions']['data']['browserSessions']>[number];
type Key = NonNullable<Queries['service-keys']['data']['serviceKeys']>[number];

/** Guests' keys come with links to a page. */
const ROLES: Record<Exclude<KeyRole, 'GUEST'>, string> = {
  WRITER: 'Writer: records, for pipelines',
  REPORTER: 'Reporter: records and reads',
  VIEWER: 'Viewer: reads',
  ANALYST: 'Analyst: reads, and saves files',
  ONCALL: 'On-call: acknowledges alerts, too',
  ADMIN: 'Administrator: may do all',
  METRICS: "Metrics: reads the server's metrics",
};

const DAYS: Record<string, string> = { 30: 'In 30 days', 90: 'In 90 days', 365: 'In a year', never: 'Never' };
const momentIn = (days: string) => (days === 'never' ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString());

/** The keys that administrators make, without a restart. */
export default function Keys() {
  const { view } = useView();
  const [changes, setChanges] = useState(0);
  const changed = () => setChanges((before) => before + 1);
  const result = useQuery('service-keys', {}, mayAdminister() ? changes : null);
  const keys = result.data?.serviceKeys;
  const signedIn = useQuery('browser-sessions', {}, mayAdminister() ? changes : null);
  const sessions = signedIn.data?.browserSessions;
  if (!mayAdminister()) return <Page title="Service keys" view={view} errors={[]}><ForAdministrators what="keys" /></Page>;
  return (
    <Page title="Service keys" view={view} errors={[...result.errors, ...signedIn.errors]}>
      <div className="panels">
        <MakeKey made={changed} />
        <Panel name="service-keys" title="Keys" variables={{}} timeZone={view.timeZone} result={result} table={keys ? tableOf(keys) : null} empty="No key has been made here yet. Those of the configuration are not shown." wide open before={<ChangeKey keys={(keys ?? []).filter(({ revokedAt }) => !revokedAt)} changed={changed} />} />
        <Panel name="browser-sessions" title="Browsers signed in" variables={{}} timeZone={view.timeZone} result={signedIn} table={sessions ? sessionTable(sessions) : null} empty="No browser is signed in." wide open before={<EndSession sessions={sessions ?? []} timeZone={view.timeZone} ended={changed} />} />
      </div>
    </Page>
  );
}

function MakeKey({ made }: { made: () => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<KeyRole>('WRITER');
  const [days, setDays] = useState('365');
  const [shown, setShown] = useState<{ name: string; key: string } | null>(null);
  return (
    <section className="panel wide" aria-labelledby="make-key" data-panel="make-key">
      <h2 id="make-key">Make a key</h2>
      <form className="filters" onSubmit={(event) => event.preventDefault()}>
        <label>Name
          <input name="key-name" value={name} maxLength={100} autoComplete="off" onChange={(event) => setName(event.target.value)} />
        </label>
        <label>Role
          <select name="role" value={role} onChange={(event) => setRole(event.target.value as KeyRole)}>
            {Object.entries(ROLES).map(([each, text]) => <option key={each} value={each}>{text}</option>)}
          </select>
        </label>
        <Expiry name="expires" value={days} change={setDays} />
        <Act name="make-key" variables={{ name, role, expiresAt: momentIn(days) }} label="Make key" about={name || 'without a name'} done={(data) => {
          setShown({ name, key: data?.createServiceKey?.key ?? '' });
          setName('');
          made();
        }} />
      </form>
      <div role="status">
        {shown && (
          <p className="made">
            <label htmlFor="made-key">{`The key “${shown.name}” is shown this once. Keep it where whoever needs it finds it.`}</label>
            <input id="made-key" readOnly value={shown.key} onFocus={(event) => event.target.select()} />
            <button type="button" onClick={() => setShown(null)}>I have kept it</button>
          </p>
        )}
      </div>
    </section>
  );
}

/** What can be done with a key that is valid or has expired. */
function ChangeKey({ keys, changed }: { keys: Key[]; changed: () => void }) {
  const [chosen, setChosen] = useState('');
  const [name, setName] = useState('');
  const [days, setDays] = useState('90');
  const [sure, setSure] = useState(false);
  const key = keys.find(({ id }) => id === chosen) ?? keys[0];
  if (!key) return null;
  const { id } = key;
  const choose = (other: string) => {
    setChosen(other);
    setName('');
    setSure(false);
  };
  return (
    <div className="filters">
      <label>Key
        <select name="key" value={id} onChange={(event) => choose(event.target.value)}>
          {keys.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}
        </select>
      </label>
      <label>New name
        <input name="new-name" value={name} maxLength={100} autoComplete="off" onChange={(event) => setName(event.target.value)} />
      </label>
      <Act name="key-rename" variables={{ id, name }} label="Rename" about={key.name} done={() => { setName(''); changed(); }} />
      <Expiry name="new-expiry" value={days} change={setDays} />
      <Act name="key-expire" variables={{ id, expiresAt: momentIn(days) }} label="Set expiry" about={key.name} done={changed} />
      {!sure && <button type="button" onClick={() => setSure(true)} aria-label={`Revoke: ${key.name}`}>Revoke</button>}
      {sure && (
        <>
          <p className="note" role="alert">{`Whoever uses “${key.name}” is refused within seconds, for good.`}</p>
          <Act name="key-revoke" variables={{ id }} label="Revoke it" about={key.name} done={() => { choose(''); changed(); }} />
          <button type="button" onClick={() => setSure(false)}>Keep it</button>
        </>
      )}
    </div>
  );
}

/** Signs out one browser. Its key stays valid, and its person may sign in again. */
function EndSession({ sessions, timeZone, ended }: { sessions: Session[]; timeZone: string; ended: () => void }) {
  const [chosen, setChosen] = useState('');
  const session = sessions.find(({ id }) => id === chosen) ?? sessions[0];
  if (!session) return null;
  return (
    <div className="filters">
      <label>Browser
        <select name="session" value={session.id} onChange={(event) => setChosen(event.target.value)}>
          {sessions.map((each) => <option key={each.id} value={each.id}>{`${each.holder}, signed in ${formatTime(each.createdAt, 'TIME', timeZone)}`}</option>)}
        </select>
      </label>
      <Act name="session-end" variables={{ id: session.id }} label="Sign out this browser" about={session.holder} done={() => { setChosen(''); ended(); }} />
    </div>
  );
}

function Expiry({ name, value, change }: { name: string; value: string; change: (days: string) => void }) {
  return (
    <label>Expires
      <select name={name} value={value} onChange={(event) => change(event.target.value)}>
        {Object.entries(DAYS).map(([each, text]) => <option key={each} value={each}>{text}</option>)}
      </select>
    </label>
  );
}

function sessionTable(sessions: Session[]): Table {
  return {
    columns: [{ name: 'Of', kind: 'TEXT' }, { name: 'Role', kind: 'TEXT' }, { name: 'Signed in', kind: 'TIME' }, { name: 'Until', kind: 'TIME' }],
    rows: sessions.map(({ holder, role, createdAt, expiresAt }) => [holder, words(role), createdAt, expiresAt]),
  };
}

function tableOf(keys: Key[]): Table {
  const now = Date.now();
  return {
    columns: [{ name: 'Name', kind: 'TEXT' }, { name: 'Role', kind: 'TEXT' }, { name: 'State', kind: 'TEXT' }, { name: 'Last used', kind: 'TIME' }, { name: 'Expires', kind: 'TIME' }, { name: 'Made', kind: 'TIME' }, { name: 'Made by', kind: 'TEXT' }, { name: 'Revoked', kind: 'TIME' }],
    rows: keys.map(({ name, role, createdAt, createdBy, expiresAt, revokedAt, lastUsedAt }) => [
      name,
      words(role),
      revokedAt ? 'Revoked' : expiresAt && Date.parse(expiresAt) <= now ? 'Expired' : 'Valid',
      lastUsedAt ?? { value: 'not yet', kind: 'TEXT' },
      expiresAt ?? { value: 'never', kind: 'TEXT' },
      createdAt,
      createdBy,
      revokedAt,
    ]),
  };
}
