import { format, METRICS, words, type Kind } from './format';
import type { Metric, MetricUnit } from './queries/generated';

type Definition = { kind: string; metric?: Metric | null; direction?: string | null; threshold?: number | null };
type Whole = Definition & {
  runs?: number | null; windowHours?: number | null; ofLast?: number | null; confidence?: number | null;
  exitCode?: number | null; errorCategory?: string | null; errorsAbove?: number | null; groupBy?: string | null;
};

/** A metric's name for people. */
export function metricName(metric: Metric): string {
  return METRICS[metric] ?? words(metric);
}

/** How a value of an alert is written: its metric's unit where that is known. */
export function kindOf({ kind, metric }: Definition, units: Partial<Record<string, MetricUnit>> = {}): Kind {
  if (!metric) return kind === 'FAILED' ? 'SHARE' : 'COUNT';
  return units[metric] ?? (/_RATE$/.test(metric) ? 'SHARE' : 'SCORE');
}

/** What a rule looks for, in a sentence's half. */
export function ruleInWords(definition: Whole, units?: Partial<Record<string, MetricUnit>>): string {
  return `${sought(definition, units)}${definition.groupBy ? `, for each ${words(definition.groupBy).toLowerCase()} apart` : ''}`;
}

function sought(definition: Whole, units?: Partial<Record<string, MetricUnit>>): string {
  const { kind, metric, direction, threshold, runs, windowHours, ofLast, confidence } = definition;
  const often = runs && ofLast && ofLast > runs ? `${runs} of the last ${ofLast} runs` : runs === 1 ? 'a run' : `${runs ?? ''} runs in a row`;
  const beyond = metric ? `${metricName(metric)} ${words(direction ?? '').toLowerCase()} ${format(threshold, kindOf(definition, units))}` : '';
  switch (kind) {
    case 'FAILED': return `${often} ${failed(definition)}`;
    case 'CONSECUTIVE': return `${beyond}, ${often}`;
    case 'RATE': return `${beyond} over the last ${windowHours ? `${windowHours} hours` : `${runs} runs at most`}, ${format(confidence, 'SHARE')} sure`;
    case 'CHANGE': return `${metric ? metricName(metric) : ''} changes for the worse within ${runs} runs`;
    default: return [words(kind), beyond].filter(Boolean).join(': ');
  }
}

function failed({ exitCode, errorCategory, errorsAbove }: Whole): string {
  const parts = [exitCode != null && `exit code ${exitCode}`, errorCategory && `more than ${errorsAbove ?? 0} errors of ${errorCategory}`].filter(Boolean);
  return parts.length ? `with ${parts.join(' and ')}` : 'failed';
}

/** What an alert has seen: the value, how sure, over how many runs. */
export function evidenceInWords(
  definition: Definition | null | undefined,
  evidence: { value?: number | null; interval?: { low: number; high: number } | null; runIds: string[] },
  units?: Partial<Record<string, MetricUnit>>,
): string {
  if (!definition) return '';
  const kind = kindOf(definition, units);
  const what = definition.metric ? metricName(definition.metric) : words(definition.kind);
  const sure = evidence.interval ? ` (${format(evidence.interval.low, kind)} to ${format(evidence.interval.high, kind)})` : '';
  const runs = evidence.runIds.length;
  return `${what} ${format(evidence.value, kind)}${sure}${runs > 0 ? ` over ${runs === 1 ? '1 run' : `${runs} runs`}` : ''}`;
}
