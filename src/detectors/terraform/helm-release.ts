import type { Collector } from '../collector.js';
import { calicoChartOf, isLocalChart, otherCniOf } from '../../version/charts.js';
import type { HclAttribute } from './hcl.js';
import { addValue } from './value.js';

/** `helm_release`, and the modules that wrap it: `chart`, with `version` or `chart_version` beside it. */
export function readHelmRelease(
  chart: HclAttribute,
  siblings: readonly HclAttribute[],
  collector: Collector,
): void {
  const otherCni = otherCniOf(chart.value);
  if (otherCni) collector.facts.push({ kind: 'other-cni', name: otherCni, offset: chart.offset });
  const name = calicoChartOf(chart.value);
  const repository = siblings.find((sibling) => sibling.name === 'repository')?.value ?? '';
  if (!name || repository.includes('downloads.tigera.io/ee')) return;
  if (isLocalChart(chart.value)) {
    collector.addReference(chart.value, chart.offset);
    return;
  }
  const subject = { kind: 'chart', name } as const;
  const version = siblings.find((sibling) => /^(?:chart_?)?version$/i.test(sibling.name));
  if (version) addValue('calico', subject, version, collector);
  else collector.addUnpinned('calico', subject, chart.value, chart.offset);
}
