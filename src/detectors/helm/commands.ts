import { calicoChartOf, isLocalChart } from '../../version/charts.js';
import { createValueReader } from '../../text/templates.js';
import type { Collector } from '../collector.js';

/** The command up to its verb, and its arguments over continued lines. */
const COMMAND =
  /(?<![\w.-])(?:helm[23]?|\$\{?HELM\}?|\$\(HELM\))"?[ \t]+(?:[^\s;|&][^\s;|&]{0,200}[ \t]+){0,8}?(?:install|upgrade|template|pull|fetch)\b(?:[^\n\\;|&]|\\(?:\r?\n)?)*/g;
const CHART =
  /(?<=[\s"'])(?<chart>(?:oci:\/\/)?(?:[\w.:-]{1,200}\/){0,12}(?:tigera-operator|crd\.projectcalico\.org\.v1|projectcalico\.org\.v3))(?=[\s"']|$)/d;
const VERSION = /(?<=[\s"'])--version(?:=|[ \t\\\r\n]{1,200})["']?/;
const OPERATOR = /tigeraOperator\.version=["']?/;
const readVersion = createValueReader(String.raw`[\w.+~^*>=<-]`);

/** `helm install`, `upgrade`, `template`, `pull` of a Calico chart, in whatever file. */
export function readCommands(code: string, collector: Collector): void {
  for (const { 0: command, index } of code.matchAll(COMMAND)) {
    const operator = OPERATOR.exec(command);
    if (operator) addVersion({ kind: 'image', name: 'operator' }, operator, index, collector);
    const chart = CHART.exec(command);
    const reference = chart?.groups?.['chart'] ?? '';
    const name = calicoChartOf(reference);
    // A name alone is that of the release or the namespace, unless the repository is named too
    if (!chart || !name || (!reference.includes('/') && !/--repo\b/.test(command))) continue;
    const offset = index + chart.index;
    if (isLocalChart(reference)) {
      collector.addReference(reference, offset);
      continue;
    }
    const version = VERSION.exec(command);
    if (version) addVersion({ kind: 'chart', name }, version, index, collector);
    else collector.addUnpinned('calico', { kind: 'chart', name }, reference, offset);
  }
}

function addVersion(
  subject: { readonly kind: 'chart' | 'image'; readonly name: string },
  match: RegExpExecArray,
  base: number,
  collector: Collector,
): void {
  const start = match.index + match[0].length;
  const text = readVersion(match.input, start);
  if (text === '') return;
  const offset = base + start;
  collector.add({
    component: subject.kind === 'chart' ? 'calico' : 'tigera-operator',
    subject,
    text,
    offset,
  });
}
