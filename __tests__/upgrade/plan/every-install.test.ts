import { beforeAll, expect, it } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import { createManifestSource } from '../../../src/adapters/manifests/manifest-source.js';
import { versionOf } from '../../../src/catalog/queries.js';
import { referenceOf } from '../../../src/cluster/object-name.js';
import type { ClusterClient } from '../../../src/ports/cluster-client.js';
import { createManifestReader } from '../../../src/upgrade/customisations/read-manifest.js';
import type { UpgradePlan } from '../../../src/upgrade/plan/plan.js';
import { runPlan } from '../../../src/upgrade/plan/run-plan.js';
import { formatVersion } from '../../../src/version/version.js';
import type { Customisations } from '../../../test-cluster/ready-made/customisations.js';
import {
  installCalico,
  type InstallOptions,
  variantsOf,
} from '../../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';
import {
  isDefinition,
  manifestAvailability,
  manifestDirectory,
  manifestFiles,
  manifestVersions,
} from '../../../test-cluster/ready-made/manifests.js';
import { buildOptions } from './build-options.js';

/** The release to go to from each: the next that there are files of. */
const TARGETS: Readonly<Record<string, string>> = {
  'v3.22.0': 'v3.24.5',
  'v3.24.6': 'v3.25.2',
  'v3.24.6-release-branch': 'v3.25.2',
  'v3.25.2': 'v3.26.4',
  'v3.26.4': 'v3.27.4',
  'v3.27.4': 'v3.28.2',
  'v3.28.2': 'v3.29.7',
  'v3.29.7': 'v3.30.7',
  'v3.30.7': 'v3.31.7',
  'v3.31.7': 'v3.32.1',
  'v3.32.1': 'v3.32.1',
};
const CUSTOMISATIONS: Customisations = {
  mtu: 1400,
  ipAutodetection: 'interface=eth1',
  resources: { requests: { cpu: '300m' } },
  nodeEnv: { FELIX_LOGSEVERITYSCREEN: 'warning' },
};

const versions = manifestAvailability().isAvailable ? manifestVersions() : [];
const manifestInstalls = versions.flatMap((version) =>
  variantsOf(version).map((variant) => [version, variant] as const),
);
const operatorInstalls = versions.filter((version) =>
  manifestFiles(version).includes('tigera-operator.yaml'),
);

/** Those whose own file and whose target's are both there, and that have somewhere to go. */
const comparable = versions.filter(
  (version) => /^v\d+\.\d+\.\d+$/.test(version) && !['v3.22.0', 'v3.24.6', 'v3.32.1'].includes(version),
);

describeWithCalico('plan of every install', { own: true, controllers: false }, (cluster) => {
  let client: ClusterClient;

  beforeAll(async () => {
    client = await createClusterClient(cluster().kubeconfig, null);
  });

  /** Installs, plans, and takes the install away; definitions stay. */
  async function planOf(options: InstallOptions): Promise<UpgradePlan> {
    const { objects } = await installCalico(client, options);
    const manifests = createManifestReader(createManifestSource(manifestDirectory(), '/', {}));
    const target = versionOf(TARGETS[options.version] ?? 'v3.32.1');
    const plan = await runPlan(client, manifests, buildOptions({ target, force: true }));
    for (const object of objects) {
      if (isDefinition(object) || object.kind === 'Namespace') continue;
      await client.delete(referenceOf(object));
    }
    return plan;
  }

  function told({ calico, hops }: UpgradePlan): object {
    const changes = hops.flatMap(({ stages }) => stages.flatMap((stage) => stage.changes));
    return {
      method: calico?.method,
      variant: calico?.variant,
      version: calico?.versions.running && formatVersion(calico.versions.running),
      hops: hops.length,
      customisations: hops.flatMap((hop) =>
        hop.customisations.map(({ outcome, field }) => `${outcome} ${field}`),
      ),
      refused: changes.filter(({ dryRun }) => dryRun === 'refused'),
    };
  }

  /** The file of v3.24.6 installs v3.24.5; the release branch has what v3.24.6 was meant to be. */
  const installedBy = (version: string): string =>
    version === 'v3.24.6' ? 'v3.24.5' : version.replace('-release-branch', '');
  const hopsFrom = (version: string): number => (version === TARGETS[version] ? 0 : 1);

  it.each(manifestInstalls)('%s %s untouched', async (version, variant) => {
    const plan = await planOf({ version, method: 'manifest', variant });
    expect(told(plan)).toEqual({
      method: 'manifest',
      variant,
      version: installedBy(version),
      hops: hopsFrom(version),
      refused: [],
      // Images that no file of v3.24.6 has
      customisations: version.endsWith('-release-branch')
        ? expect.not.arrayContaining([expect.not.stringMatching(/^dropped .*\.image$/)])
        : [],
    });
    const guard = { 'calico-etcd': 'etcd-datastore', canal: 'canal' }[variant as string];
    if (guard !== undefined)
      expect(plan.findings).toContainEqual(expect.objectContaining({ code: guard, weight: 'mandatory' }));
  });

  it.each(operatorInstalls)('%s by the operator, untouched', async (version) => {
    const plan = await planOf({ version, method: 'operator', command: 'apply --server-side' });
    expect(told(plan)).toEqual({
      method: 'operator',
      variant: 'operator',
      version: installedBy(version),
      hops: hopsFrom(version),
      refused: [],
      customisations: [],
    });
  });

  it.each(comparable)('%s with what users change', async (version) => {
    const plan = await planOf({ version, method: 'manifest', customisations: CUSTOMISATIONS });
    const container = 'spec.template.spec.containers[name=calico-node]';
    expect(told(plan)).toMatchObject({
      refused: [],
      customisations: [
        'kept data.veth_mtu',
        `kept ${container}.env[name=IP_AUTODETECTION_METHOD]`,
        `kept ${container}.env[name=FELIX_LOGSEVERITYSCREEN]`,
        `kept ${container}.resources.requests.cpu`,
      ],
    });
  });
});
