import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { Failed } from './panels/Failed';
import { watchScrolling } from './router';
import { watchSession } from './session';
import './style.css';

watchSession();
watchScrolling();
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Failed>
      <App />
    </Failed>
  </StrictMode>,
);
