import { lazy, Suspense } from 'react';
import { Overview } from './pages/Overview';
import { root } from './root';
import { follow, useAddress } from './router';
import { signOut } from './session';
import { linkTo } from './view';

// The first page loads with the application, the others as they are opened.
const Failures = lazy(() => import('./pages/Failures'));
const PromptVersions = lazy(() => import('./pages/PromptVersions'));
const Providers = lazy(() => import('./pages/Providers'));
const RunPage = lazy(() => import('./pages/Run'));
const Runs = lazy(() => import('./pages/Runs'));

const PAGES = [
  { path: '', name: 'Overview', Page: Overview },
  { path: 'providers', name: 'Providers', Page: Providers },
  { path: 'prompt-versions', name: 'Prompt versions', Page: PromptVersions },
  { path: 'failures', name: 'Failures', Page: Failures },
  { path: 'runs', name: 'Runs', Page: Runs },
];

export function App() {
  const { pathname, searchParams } = useAddress();
  const here = pathname.slice(root.length);
  const run = /^runs\/([^/]+)$/.exec(here)?.[1];
  const Page = PAGES.find(({ path }) => path === here)?.Page;
  return (
    <div className="app">
      <a className="skip" href="#main">Skip to the figures</a>
      <nav aria-label="Pages">
        <p className="brand">Runledger</p>
        <ul>
          {PAGES.map(({ path, name }) => (
            <li key={path}>
              <a href={linkTo(root + path, searchParams)} onClick={follow} aria-current={path === here || (run && path === 'runs') ? 'page' : undefined}>{name}</a>
            </li>
          ))}
          <li><a href={`${root}graphiql`}>GraphiQL</a></li>
        </ul>
        <button type="button" onClick={() => signOut()}>Sign out</button>
      </nav>
      <Suspense key={pathname} fallback={<main id="main" />}>
        {run ? <RunPage id={run} /> : Page ? <Page /> : <NotFound />}
      </Suspense>
    </div>
  );
}

function NotFound() {
  return (
    <main id="main">
      <h1>No such page</h1>
      <p>Go to the <a href={root}>overview</a>.</p>
    </main>
  );
}
