import { useMonaco } from '@graphiql/react';
import { useEffect } from 'react';

const background = '#212a3b';
const accent = '#ff5794';

/** GraphiQL's dark theme under its own name, but with comments that can be read: theirs have a contrast of 3.6, and 4.5 it takes. */
const dark = {
  base: 'vs-dark' as const,
  inherit: true,
  colors: {
    'editor.background': '#ffffff00',
    'scrollbar.shadow': '#ffffff00',
    'editorHoverWidget.background': background,
    'editorSuggestWidget.background': background,
    'editorSuggestWidget.selectedForeground': accent,
    'editorWidget.background': background,
    'list.highlightForeground': accent,
    'menu.background': background,
    'quickInput.background': background,
    'textLink.foreground': accent,
    focusBorder: accent,
  },
  rules: [
    { token: 'argument.identifier.gql', foreground: '#908aff' },
    { token: 'comment', foreground: '#7fb069' },
  ],
};

/** Keeps the editors' colours readable, also when the system turns dark or light while the page is open: only the page would. */
export function useEditorTheme() {
  const monaco = useMonaco((store) => store.monaco);
  useEffect(() => {
    if (!monaco) return;
    monaco.editor.defineTheme('graphiql-DARK', dark);
    const system = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => {
      const chosen = document.body.matches('.graphiql-dark, .graphiql-light');
      if (!chosen) monaco.editor.setTheme(system.matches ? 'graphiql-DARK' : 'graphiql-LIGHT');
    };
    system.addEventListener('change', follow);
    return () => system.removeEventListener('change', follow);
  }, [monaco]);
}
