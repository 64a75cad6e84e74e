import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { Failed } from '../panels/Failed';
import { watchSession } from '../session';
import { SignedIn } from '../SignIn';
import '../style.css';

watchSession();
const Editor = lazy(() => import('./Editor'));
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Failed>
      <SignedIn>
        <Suspense fallback={<p className="state">Loading GraphiQL…</p>}>
          <Editor />
        </Suspense>
      </SignedIn>
    </Failed>
  </StrictMode>,
);
