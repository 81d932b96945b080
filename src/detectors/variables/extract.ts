import { Collector } from '../collector.js';
import { describesOnly } from '../described.js';
import type { Extraction } from '../detector.js';
import type { SourceFile } from '../source-file.js';
import { collectYamlVariables } from '../yaml-variables.js';

/** Variables in YAML and JSON of whatever tool: task runners, CI systems, cluster templates, Helm values. */
export function extract(file: SourceFile): Extraction {
  const collector = new Collector();
  if (describesOnly(file.path)) return collector;
  for (const { root } of file.yaml().documents) collectYamlVariables(root, collector);
  return collector;
}
