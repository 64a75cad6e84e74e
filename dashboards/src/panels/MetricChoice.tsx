import { METRICS } from '../format';
import type { Metric } from '../queries/generated';
import { Choice } from './Filters';
import { Term } from './Term';

/** Which metric the page measures, of those that it offers. */
export function MetricChoice({ metric, offered }: { metric: Metric; offered: Metric[] }) {
  return (
    <>
      <Choice label="Metric" name="metric" value={metric} options={offered} text={(each) => METRICS[each as Metric]!} />
      <span className="note beside"><Term of={`metric ${metric}`}>What is it?</Term></span>
    </>
  );
}

export function metricIn(parameters: URLSearchParams, offered: Metric[]): Metric {
  return offered.find((metric) => metric === parameters.get('metric')) ?? offered[0]!;
}
