import { gzipSync } from 'node:zlib';
import type { ClusterClient, KubernetesObject } from '../../src/ports/cluster-client.js';
import { dump } from 'js-yaml';

export interface HelmReleaseOptions {
  /** Chart version, which is Calico's: `v3.28.2`. */
  readonly version: string;
  /** Values that the user gave. Default: none. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** Objects of the release, as the chart rendered them. */
  readonly manifest: readonly KubernetesObject[];
  /** Default: `calico`. */
  readonly name?: string;
  /** Default: `tigera-operator`; charts before v3.23 were installed into `default`. */
  readonly namespace?: string;
  /** Default: 1. */
  readonly revision?: number;
  /** Default: `deployed`. */
  readonly status?: 'deployed' | 'superseded' | 'failed' | 'pending-upgrade';
}

/** Values of the chart that every release has; what the user gave is apart. */
const CHART_VALUES = {
  installation: { enabled: true, kubernetesProvider: '', imagePullSecrets: [] },
  apiServer: { enabled: true },
  defaultFelixConfiguration: { enabled: false },
  imagePullSecrets: {},
  resources: {},
  kubeletVolumePluginPath: '/var/lib/kubelet',
} as const;

/**
 * The Secret in which Helm 3 keeps a release: JSON, gzipped, in base64, and that once more as any Secret.
 *
 * @see https://github.com/helm/helm/blob/v3.16.0/pkg/storage/driver/secrets.go
 */
export function helmReleaseSecret(options: HelmReleaseOptions, now = new Date()): KubernetesObject {
  const { name = 'calico', namespace = 'tigera-operator', revision = 1, status = 'deployed' } = options;
  const text = gzipSync(JSON.stringify(release(options, now)), { level: 9 }).toString('base64');
  const modifiedAt = String(Math.floor(now.getTime() / 1000));
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: `sh.helm.release.v1.${name}.v${revision}`,
      namespace,
      labels: { modifiedAt, name, owner: 'helm', status, version: String(revision) },
    },
    type: 'helm.sh/release.v1',
    data: { release: Buffer.from(text).toString('base64') },
  };
}

/** Records a release in the cluster under Helm's own name. */
export function createHelmRelease(
  client: ClusterClient,
  options: HelmReleaseOptions,
): Promise<KubernetesObject> {
  return client.create(helmReleaseSecret(options), { fieldManager: 'helm' });
}

/** The fields of `release.Release` in helm.sh/helm/v3/pkg/release/release.go, in its order. */
function release(options: HelmReleaseOptions, now: Date): Record<string, unknown> {
  const { version, values = {}, manifest, revision = 1, status = 'deployed' } = options;
  const time = now.toISOString();
  return {
    name: options.name ?? 'calico',
    info: {
      first_deployed: time,
      last_deployed: time,
      deleted: '',
      description: revision === 1 ? 'Install complete' : 'Upgrade complete',
      status,
    },
    chart: {
      metadata: {
        name: 'tigera-operator',
        home: 'https://projectcalico.docs.tigera.io/about/about-calico',
        sources: ['https://github.com/projectcalico/calico', 'https://github.com/tigera/operator'],
        version,
        description: 'Installs the Tigera operator for Calico',
        icon: 'https://projectcalico.docs.tigera.io/images/felix_icon.png',
        apiVersion: 'v2',
        appVersion: version,
      },
      lock: null,
      templates: [],
      values: CHART_VALUES,
      schema: null,
      files: [],
    },
    config: values,
    manifest: manifest
      .map((object) => `---\n# Source: tigera-operator/templates/${object.kind}.yaml\n${dump(object)}`)
      .join(''),
    hooks: [],
    version: revision,
    namespace: options.namespace ?? 'tigera-operator',
  };
}
