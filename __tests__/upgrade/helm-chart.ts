import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asFields, textAt, without } from '../../src/cluster/fields.js';
import type { ChartSource } from '../../src/ports/chart-source.js';
import type { Chart } from '../../src/ports/helm.js';
import type { KubernetesObject } from '../../src/ports/cluster-client.js';
import { formatVersion } from '../../src/version/version.js';
import { installationObjects, operatorObjects } from '../../test-cluster/ready-made/install-calico.js';
import { isDefinition } from '../../test-cluster/ready-made/manifests.js';
import type { TestCluster } from '../../test-cluster/types.js';
import { runHelm } from '../test-cluster/run-helm.js';

/** Values of the chart's own, in the place of upstream's sample. */
const INSTALLATION = { enabled: true, kubernetesProvider: '', imagePullSecrets: [] };
const PULL_SECRET = `{{- range $name, $content := .Values.imagePullSecrets }}
---
apiVersion: v1
kind: Secret
metadata: { name: {{ $name }}, namespace: {{ $.Release.Namespace }} }
type: kubernetes.io/dockerconfigjson
data: { .dockerconfigjson: {{ $content | b64enc }} }
{{- end }}
`;

/**
 * Packs a chart of the name and version of upstream's that makes of values what upstream's chart makes of them, as far as
 * these tests have them: upstream's objects, with the operator's image and resources, pull secrets, and the specs of the
 * resources from values.
 */
export async function packChart(
  cluster: TestCluster,
  version: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Chart> {
  const directory = mkdtempSync(join(tmpdir(), 'chart-'));
  try {
    const facts = { apiVersion: 'v2', name: 'tigera-operator', version, appVersion: version };
    const write = (name: string, content: string): void => writeFileSync(join(directory, name), content);
    mkdirSync(join(directory, 'templates'));
    write('Chart.yaml', JSON.stringify({ ...facts, ...asFields(more['Chart']) }));
    write('values.yaml', JSON.stringify({ ...valuesOf(version), ...asFields(more['values']) }));
    templatesOf(version).forEach((text, index) => write(`templates/${index}.yaml`, text));
    const file = `tigera-operator-${textAt({ ...facts, ...asFields(more['Chart']) }, 'version')}.tgz`;
    await runHelm(cluster, 'package', directory, '--destination', directory);
    return { file, bytes: readFileSync(join(directory, file)), from: `charts/${version}/${file}` };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Charts by their release. */
export function chartsOf(charts: Readonly<Record<string, Chart>>): ChartSource {
  return {
    read: (release) => {
      const chart = charts[formatVersion(release)];
      return chart ? Promise.resolve(chart) : Promise.reject(new Error(formatVersion(release)));
    },
  };
}

/** Installs, or upgrades, the release `calico` by the real helm. Definitions have to be there. */
export async function installChart(
  cluster: TestCluster,
  { file, bytes }: Chart,
  values: Readonly<Record<string, unknown>>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'chart-'));
  try {
    writeFileSync(join(directory, file), bytes);
    writeFileSync(join(directory, 'given.json'), JSON.stringify(values));
    const flags = ['--install', '--namespace', 'tigera-operator', '--create-namespace', '--reset-values'];
    const given = ['--values', join(directory, 'given.json')];
    await runHelm(cluster, 'upgrade', 'calico', join(directory, file), ...flags, ...given);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function valuesOf(version: string): Readonly<Record<string, unknown>> {
  const resources = installationObjects(version).filter(({ kind }) => kind !== 'Installation');
  const [registry = '', image = '', tag = ''] =
    /^([^/]+)\/(.+):(.+)$/.exec(operatorImage(version))?.slice(1) ?? [];
  return {
    installation: INSTALLATION,
    ...Object.fromEntries(resources.map(({ kind }) => [valueNameOf(kind), { enabled: true }])),
    tigeraOperator: { registry, image, version: tag },
    resources: {},
    imagePullSecrets: {},
  };
}

function templatesOf(version: string): readonly string[] {
  const operator = operatorObjects(version).filter(
    (object) => !isDefinition(object) && object.kind !== 'Namespace',
  );
  return [...operator.map(templateOf), ...installationObjects(version).map(resourceTemplate), PULL_SECRET];
}

function templateOf(object: KubernetesObject): string {
  // What an object says of templates is its own
  const text = JSON.stringify(object).replaceAll('{{', '{{ "{{" }}');
  if (object.kind !== 'Deployment') return text;
  const image =
    '{{ .Values.tigeraOperator.registry }}/{{ .Values.tigeraOperator.image }}:{{ .Values.tigeraOperator.version }}';
  return text
    .replace(/"image":"[^"]+"/, `"image":"${image}"`)
    .replace('"containers":[{', '"containers":[{"resources":{{ .Values.resources | toJson }},');
}

function resourceTemplate(object: KubernetesObject): string {
  const value = `.Values.${valueNameOf(object.kind)}`;
  const head = JSON.stringify({ ...without(object as unknown as Record<string, unknown>, 'spec') }).slice(
    0,
    -1,
  );
  return `{{ if ${value}.enabled }}${head},"spec":{{ omit ${value} "enabled" | toJson }}}{{ end }}`;
}

function operatorImage(version: string): string {
  const text = JSON.stringify(operatorObjects(version).find(({ kind }) => kind === 'Deployment'));
  return /"image":"([^"]+)"/.exec(text)?.[1] ?? '';
}

function valueNameOf(kind: string): string {
  return kind === 'APIServer' ? 'apiServer' : kind.toLowerCase();
}
