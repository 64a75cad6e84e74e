import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import type { Fetcher } from '@graphiql/toolkit';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { useState } from 'react';
import { getOperationAST, parse } from 'graphql';
import { post, type Answer } from '../client';
import { subscribe } from '../events';
import { root } from '../root';
import { SignOut } from '../SignIn';
import { useEditorTheme } from './editorTheme';
import { listTabs } from './listTabs';
import { EditorMenu } from './ReadyQueries';
import { linkedTab, readyQueries } from './tabs';
import './graphiql.css';

const plugins = [HISTORY_PLUGIN, explorerPlugin({ showAttribution: false })];

/** Asks within the session, so that no key is ever typed into, or kept by, the editor. */
const fetcher: Fetcher = async (request) => {
  const document = parse(request.query);
  // Just after a change of tabs, the editor still names the operation of the tab before.
  const named = getOperationAST(document, request.operationName);
  if (!named) delete request.operationName;
  const operation = named ?? getOperationAST(document);
  if (operation?.operation === 'subscription') return until(request as Parameters<typeof subscribe>[0]) as ReturnType<Fetcher>;
  return (await post(request, 'application/json')).json();
};

/** The answers of a subscription, until the reader stops it: that must not wait for the next answer. */
function until(request: Parameters<typeof subscribe>[0]): AsyncIterableIterator<Answer<unknown>> {
  const ended = new AbortController();
  const answers = subscribe(request, ended.signal);
  const done = { done: true as const, value: undefined };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () =>
      answers.next().catch((failure) => {
        if (ended.signal.aborted) return done;
        throw failure;
      }),
    return: async () => {
      ended.abort();
      return done;
    },
  };
}

/** Where the editor remembers how high the variables are, or that the reader has shut them. */
const HEIGHT_OF_VARIABLES = 'graphiql:secondaryEditorFlex';

export default function Editor() {
  useEditorTheme();
  const [linked] = useState(() => linkedTab(new URLSearchParams(location.search), location.hash));
  const [menu, setMenu] = useState<HTMLElement | null>(null);
  // A link promises the variables, so they are shown, even to readers who have shut them some time.
  if (linked && localStorage.getItem(HEIGHT_OF_VARIABLES) === 'hide-second') localStorage.removeItem(HEIGHT_OF_VARIABLES);
  return (
    <main className="graphiql-page" ref={listTabs}>
      <header>
        <h1>GraphiQL</h1>
        <a href={root}>Runledger's dashboards</a>
        <a href={`${root}docs`}>Reference</a>
        <div className="editor-menu" ref={setMenu} />
        <SignOut />
      </header>
      <GraphiQL
        fetcher={fetcher}
        plugins={plugins}
        defaultTabs={[linked ?? readyQueries()[0]!]}
        // Opens a tab beside those that the editor remembers from earlier visits.
        initialQuery={linked?.query}
        initialVariables={linked?.variables}
        // Most of the ready queries have some.
        defaultEditorToolsVisibility
        isHeadersEditorEnabled={false}
        shouldPersistHeaders={false}
        showPersistHeadersSettings={false}
      >
        <GraphiQL.Footer>{menu && <EditorMenu place={menu} linked={linked} />}</GraphiQL.Footer>
      </GraphiQL>
    </main>
  );
}
