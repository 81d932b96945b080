import { Collector } from '../collector.js';
import type { Extraction } from '../detector.js';
import type { SourceFile } from '../source-file.js';
import type { YamlMap, YamlNode } from '../../yaml/node.js';
import { asMap, at, scalarAt, textAt, walk } from '../../yaml/query.js';
import { collectYamlVariables } from '../yaml-variables.js';

/** GitHub workflows and actions: `env`, `matrix`, `with` and inputs. Each job can be a cluster of its own. */
export function extract(file: SourceFile): Extraction {
  const collector = new Collector();
  for (const { root, end } of file.yaml().documents) {
    collectYamlVariables(root, collector);
    for (const { node } of walk(root)) if (node.kind === 'map') readMap(node, collector);
    readJobs(root, end, collector);
  }
  return collector;
}

/** Actions whose input names the Kubernetes version by a word that says no more than `version`. */
const ACTIONS: ReadonlyMap<string, string> = new Map([
  ['nolar/setup-k3d-k3s', 'version'],
  ['debianmaster/actions-k3s', 'version'],
  ['balchua/microk8s-actions', 'channel'],
]);

function readMap(map: YamlMap, collector: Collector): void {
  const action = textAt(map, 'uses').split('@')[0] ?? '';
  const input = ACTIONS.get(action.toLowerCase());
  if (input !== undefined)
    collector.addScalar(
      'kubernetes',
      { kind: 'variable', name: `${action} ${input}` },
      scalarAt(map, 'with', input),
    );
  // A description names versions as examples
  const description = scalarAt(map, 'description');
  if (description) collector.ignored.push({ start: description.start, end: description.end, reason: null });
}

function readJobs(root: YamlNode, end: number, collector: Collector): void {
  const jobs = asMap(at(root, 'jobs'))?.entries ?? [];
  for (const [index, { key }] of jobs.entries()) {
    const next = jobs[index + 1]?.key.start ?? endOfJobs(root, key.start, end);
    collector.facts.push({ kind: 'section', name: key.value, offset: key.start, end: next });
  }
}

/** Where the next key of the workflow after `jobs` starts. */
function endOfJobs(root: YamlNode, from: number, end: number): number {
  const after = (asMap(root)?.entries ?? []).map(({ key }) => key.start).filter((start) => start > from);
  return Math.min(end, ...after);
}
