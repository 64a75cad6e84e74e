import { DAY_MS } from './period';
import type { RunFilter } from './queries/generated';

/** The lists of a filter, by what the REST API calls them. */
const LISTS = {
  environments: 'environment', triggers: 'triggered_by', promptVersions: 'prompt_version', arbiterConfigs: 'arbiter_config_version',
  providers: 'provider', questionTypes: 'question_type', difficulties: 'difficulty', errorCategories: 'error_category',
} as const;

const RANGES = {
  overallSuccessRate: 'success_rate', approvalRate: 'approval_rate', arbiterScore: 'arbiter_score', durationSeconds: 'duration_seconds', costUsd: 'cost_usd',
} as const;

/** A filter of runs as parameters of the REST API's export. */
export function exportParameters(filter: RunFilter, now: Date): URLSearchParams {
  const parameters = new URLSearchParams();
  const from = filter.lastDays ? new Date(now.getTime() - filter.lastDays * DAY_MS).toISOString() : filter.from;
  const before = filter.lastDays ? now.toISOString() : filter.to;
  if (from) parameters.set('start_date', from);
  if (before) parameters.set('before', before);
  if (filter.stuck) parameters.set('stuck', 'true');
  for (const status of filter.statuses ?? []) parameters.append('status', status.toLowerCase());
  for (const [field, name] of Object.entries(LISTS)) {
    for (const value of filter[field as keyof typeof LISTS] ?? []) parameters.append(name, value);
  }
  for (const [field, name] of Object.entries(RANGES)) {
    const { min, max } = filter[field as keyof typeof RANGES] ?? {};
    if (typeof min === 'number') parameters.set(`min_${name}`, String(min));
    if (typeof max === 'number') parameters.set(`max_${name}`, String(max));
  }
  if (filter.clientRunIdContains) parameters.set('client_run_id_contains', filter.clientRunIdContains);
  return parameters;
}
