import { Fragment, useState, useSyncExternalStore, type FormEvent, type ReactNode } from 'react';
import { currentKey, offeredKey, onSessionChange, refuseOffer, signIn, wasRefused } from './session';

/** Shows its content to whoever has signed in, and to others the form to do so. */
export function SignedIn({ children }: { children: ReactNode }) {
  const key = useSyncExternalStore(onSessionChange, currentKey);
  const offered = useSyncExternalStore(onSessionChange, offeredKey);
  if (offered !== null) return <ChooseKey offered={offered} />;
  return key === null ? <SignIn /> : <Fragment key={key}>{children}</Fragment>;
}

function ChooseKey({ offered }: { offered: string }) {
  return (
    <main className="sign-in">
      <form onSubmit={(event) => event.preventDefault()}>
        <h1>Another service key</h1>
        <p>The address that was opened brings another service key than the one in use. Take it only if you know where the address came from.</p>
        <button type="button" className="primary" autoFocus onClick={refuseOffer}>Keep the key in use</button>
        <button type="button" onClick={() => signIn(offered)}>Use the other key</button>
      </form>
    </main>
  );
}

function SignIn() {
  const [key, setKey] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (key.trim()) signIn(key.trim());
  };
  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <h1>Runledger</h1>
        <label htmlFor="key">Service key</label>
        <input id="key" name="key" type="password" autoComplete="off" autoFocus required value={key} onChange={(event) => setKey(event.target.value)} aria-describedby="key-hint" />
        <p id="key-hint" className="note">An analyst's key is enough. The server prints one at its first start, or ask whoever runs it. It is kept until this tab is closed.</p>
        {wasRefused() && <p className="banner" role="alert">The server does not know this key. Check it for missing characters and try again.</p>}
        <button type="submit" className="primary">Sign in</button>
      </form>
    </main>
  );
}
