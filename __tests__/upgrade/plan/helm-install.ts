import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chartDefault } from '../../../src/catalog/chart-values.js';
import { versionOf } from '../../../src/catalog/queries.js';
import { asFields, type Fields, fieldsAt, textAt, without } from '../../../src/cluster/fields.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { installationObjects, operatorObjects } from '../../../test-cluster/ready-made/install-calico.js';
import { isDefinition } from '../../../test-cluster/ready-made/manifests.js';
import type { TestCluster } from '../../../test-cluster/types.js';
import { runHelm } from '../../test-cluster/run-helm.js';

/**
 * Installs, or upgrades, a release by the real helm: a chart of the name and version of upstream's, whose templates are
 * upstream's objects with the values in them as upstream's chart puts them. Definitions have to be there.
 */
export async function installByHelm(cluster: TestCluster, version: string, values: Fields): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'chart-'));
  try {
    const write = (name: string, content: unknown): string => {
      const path = join(directory, name);
      writeFileSync(path, JSON.stringify(content));
      return path;
    };
    write('Chart.yaml', { apiVersion: 'v2', name: 'tigera-operator', version, appVersion: version });
    write('values.yaml', {});
    mkdirSync(join(directory, 'templates'));
    renderChart(version, values).forEach((object, index) => write(`templates/${index}.yaml`, object));
    const given = write('given.json', values);
    const flags = ['--install', '--namespace', 'tigera-operator', '--create-namespace', '--values', given];
    await runHelm(cluster, 'upgrade', 'calico', directory, ...flags);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** What upstream's chart makes of values, as far as these tests have them. */
function renderChart(version: string, values: Fields): KubernetesObject[] {
  const operator = operatorObjects(version).filter(
    (object) => !isDefinition(object) && object.kind !== 'Namespace',
  );
  return [
    ...operator.map((object) =>
      object.kind === 'Deployment' ? renderOperator(object, version, values) : object,
    ),
    ...installationObjects(version).map((object) => ({
      ...object,
      spec: specOf(object, fieldsAt(values, valueNameOf(object))),
    })),
  ];
}

function renderOperator(object: KubernetesObject, version: string, values: Fields): KubernetesObject {
  const standard = chartDefault('tigeraOperator.registry', versionOf(version)) as string;
  const registry = textAt(values, 'tigeraOperator', 'registry') || standard;
  const copy = structuredClone(object) as unknown as {
    readonly spec: { readonly template: { readonly spec: { containers: Record<string, unknown>[] } } };
  };
  for (const container of copy.spec.template.spec.containers) {
    container['image'] = textAt(container, 'image').replace(standard, registry);
    if (values['resources'] !== undefined) container['resources'] = values['resources'];
  }
  return copy as unknown as KubernetesObject;
}

/** The chart has defaults of its own in place of upstream's sample. */
function specOf({ kind }: KubernetesObject, given: Fields): Fields {
  const standard = kind === 'Installation' ? { kubernetesProvider: '', imagePullSecrets: [] } : {};
  return { ...standard, ...(asFields(without(given, 'enabled')) ?? {}) };
}

function valueNameOf({ kind }: KubernetesObject): string {
  return kind === 'APIServer' ? 'apiServer' : kind.toLowerCase();
}
