import { variablesOf } from './client';
import { variableNames, type QueryName } from './queries/generated';
import { root } from './root';
import { clickedFigure } from './router';
import { filtersOf, readRunFilter, readView } from './view';

/** Where GraphiQL shows a query, already run. */
export function graphiqlAddress(name: QueryName, variables: object): string {
  return `${root}graphiql?${new URLSearchParams({ query: name, variables: JSON.stringify(variablesOf(name, variables)) })}`;
}

/** The query of the figure that was clicked, narrowed to the runs that the click would lead to; null if it takes no filter. */
export function narrowedAddress(runs: string): string | null {
  const figure = clickedFigure();
  const name = figure?.name as QueryName;
  if (!figure || !Object.hasOwn(variableNames, name) || !variableNames[name].includes('filter')) return null;
  const { searchParams } = new URL(runs, location.href);
  const { filter } = filtersOf(readView(searchParams), new Date());
  return graphiqlAddress(name, { ...figure.variables, filter: { ...filter, ...readRunFilter(searchParams) } });
}
