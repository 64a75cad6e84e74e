import { Component, type ReactNode } from 'react';
import { root } from '../root';

type Props = { children: ReactNode };
type State = { failure: Error | null };

/** Shows, in place of a page that broke or could not be loaded, what to do about it. */
export class Failed extends Component<Props, State> {
  override state: State = { failure: null };

  static getDerivedStateFromError(failure: Error): State {
    return { failure };
  }

  override render() {
    const { failure } = this.state;
    if (!failure) return this.props.children;
    return (
      <main id="main">
        <h1>{isOfLoading(failure) ? 'This page could not be loaded' : 'This page broke'}</h1>
        <p role="alert">
          {isOfLoading(failure)
            ? 'The server cannot be reached, or was upgraded meanwhile and has another version of the page.'
            : `It is a fault of the page, not of the runs: ${failure.message}`}
        </p>
        <p><button type="button" className="primary" onClick={() => location.reload()}>Reload</button></p>
        <p>Or go to the <a href={root}>overview</a>.</p>
      </main>
    );
  }
}

/** Browsers each have words of their own for a script or style sheet that does not come. */
export function isOfLoading({ message }: Error): boolean {
  return /dynamically imported module|importing a module script|module script failed|preload CSS|ChunkLoad/i.test(message);
}
