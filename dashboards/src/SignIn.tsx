import { Fragment, useEffect, useState, useSyncExternalStore, type FormEvent, type ReactNode } from 'react';
import { currentSession, issuerAddress, issuerName, onSessionChange, refuseOffer, signIn, signOut, type Offer, type Person } from './session';

export const useSession = () => useSyncExternalStore(onSessionChange, currentSession);

/** Shows its content to whoever has signed in, and to others the form to do so. */
export function SignedIn({ children }: { children: ReactNode }) {
  const { person, offered, busy } = useSession();
  if (offered) return <ChooseKey offered={offered} inUse={person!} />;
  if (person) return <Fragment key={`${person.role} ${person.name}`}>{children}</Fragment>;
  return <SignIn busy={busy} />;
}

/** Who is signed in, and the way out. */
export function SignOut() {
  const { person, problem } = useSession();
  return (
    <div className="sign-out">
      {person && <p className="note">{person.name}</p>}
      {problem && <p className="note worse" role="alert">{problem}</p>}
      <button type="button" onClick={() => void signOut()}>Sign out</button>
    </div>
  );
}

function ChooseKey({ offered, inUse }: { offered: Offer; inUse: Person }) {
  return (
    <main className="sign-in">
      <form onSubmit={(event) => event.preventDefault()}>
        <h1>Another service key</h1>
        <p>
          The address that was opened brings {offered.name}, and you are signed in by {inUse.name}. Take it only if you know where the
          address came from.
        </p>
        <button type="button" className="primary" autoFocus onClick={refuseOffer}>Keep the key in use</button>
        <button type="button" onClick={() => void signIn(offered.key)}>Use the other key</button>
      </form>
    </main>
  );
}

function SignIn({ busy }: { busy: boolean }) {
  const { problem } = useSession();
  const [key, setKey] = useState('');
  const [issuer, setIssuer] = useState<string | null>(null);
  useEffect(() => void issuerName().then(setIssuer), []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (key.trim()) void signIn(key.trim());
  };
  return (
    <main className="sign-in">
      <form onSubmit={submit} aria-busy={busy}>
        <h1>Runledger</h1>
        {issuer && (
          <>
            <a className="button primary" href={issuerAddress()}>Sign in with {issuer}</a>
            <p className="note">or by key:</p>
          </>
        )}
        <label htmlFor="key">Service key</label>
        <input id="key" name="key" type="password" autoComplete="off" autoFocus required value={key} onChange={(event) => setKey(event.target.value)} aria-describedby="key-hint" />
        <p id="key-hint" className="note">
          An analyst's key is enough. The server prints one at its first start, or ask whoever runs it. You stay signed in on this
          browser for up to a week, until you sign out or have not looked for half a day.
        </p>
        {problem && <p className="banner" role="alert">{problem}</p>}
        <button type="submit" className={issuer ? undefined : 'primary'} disabled={busy}>{busy ? 'Signing in…' : 'Sign in'}</button>
      </form>
    </main>
  );
}
