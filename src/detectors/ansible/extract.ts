import { Collector } from '../collector.js';
import { describesOnly } from '../described.js';
import type { Extraction } from '../detector.js';
import type { SourceFile } from '../source-file.js';
import type { YamlNode } from '../../yaml/node.js';
import { asMap } from '../../yaml/query.js';
import { collectYamlVariables } from '../yaml-variables.js';

/** Ansible: variables of inventories, roles and playbooks, Kubespray's among them. */
export function extract(file: SourceFile): Extraction {
  const collector = new Collector();
  if (describesOnly(file.path)) return collector;
  for (const { root, end } of file.yaml().documents) {
    collectYamlVariables(root, collector);
    ignoreArgumentSpecs(root, end, collector);
  }
  return collector;
}

/** A role's `argument_specs` document its variables and set none. */
function ignoreArgumentSpecs(root: YamlNode, end: number, collector: Collector): void {
  const entries = asMap(root)?.entries ?? [];
  for (const [index, { key }] of entries.entries()) {
    if (key.value === 'argument_specs')
      collector.ignored.push({ start: key.start, end: entries[index + 1]?.key.start ?? end, reason: null });
  }
}
