import type { CalicoState } from '../../cluster/calico-state.js';
import type { ClusterState } from '../../cluster/cluster-state.js';
import { without } from '../../cluster/fields.js';
import { groupOf } from '../../cluster/object-name.js';
import { ClusterError, InputError } from '../../errors.js';
import type { BundleReader, BundleWriter } from '../../ports/bundle.js';
import type { ClusterClient, KubernetesObject, ServedKind } from '../../ports/cluster-client.js';
import { formatVersion } from '../../version/version.js';
import { BUNDLE_KINDS, type BundleKind } from './bundle-kinds.js';
import type { BundleIndex, BundleRelease, LeftOut } from './bundle-index.js';
import { belongs, placesOf } from './install-scope.js';
import { listInstallSecrets } from './install-secrets.js';
import { SECRETS } from './verify-bundle.js';
import { type BundleBuilder, type BundleFacts, buildBundle } from './write-bundle.js';

export interface SaveOptions {
  /** Version of this program. */
  readonly madeBy: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** Address of the run; empty on a terminal. */
  readonly run: string;
  /** Encrypts the Secrets; null where there is no key, and they are left out. */
  readonly encrypt: ((text: string) => Promise<Uint8Array>) | null;
  /** Looks at the bundle before it appears; where it throws none does. */
  readonly prove?: (reader: BundleReader) => Promise<void>;
  readonly onProgress?: (text: string) => void;
}

/**
 * Saves everything of Calico that is in the cluster: what users wrote, the install, and run-time state for whoever looks
 * into a fault. Lists come in pages and go to the writer at once; nothing of them is kept. What was written is discarded
 * where anything fails.
 *
 * @throws InputError where there is no Calico, or its data is in etcd; ClusterError where anything cannot be read
 */
export async function saveBundle(
  client: ClusterClient,
  state: ClusterState,
  writer: BundleWriter,
  options: SaveOptions,
): Promise<BundleIndex> {
  const calico = calicoOf(state);
  const builder = buildBundle(writer);
  try {
    for (const kind of await kindsToSave(client, calico.dataGroup)) {
      options.onProgress?.(`saving ${kind.plural}`);
      for (const namespace of placesOf(kind, state)) await saveAll(client, kind, namespace, builder);
    }
    const leftOut = await saveSecrets(client, state, builder, options);
    const { running } = calico.versions;
    const facts: BundleFacts = {
      formatVersion: 1,
      madeBy: options.madeBy,
      createdAt: options.createdAt,
      run: options.run,
      clusterUid: state.uid,
      kubernetes: state.kubernetes.gitVersion,
      calico: running === null ? '' : formatVersion(running),
      method: calico.method,
      variant: calico.variant,
      namespace: calico.namespace,
      dataGroup: calico.dataGroup,
      secrets: options.encrypt === null ? 'left-out' : 'encrypted',
      helm: releaseOf(calico.helm),
      leftOut,
    };
    return await builder.finish(facts, options.prove);
  } catch (error) {
    await writer.discard().catch(() => undefined);
    throw error;
  }
}

function releaseOf(helm: CalicoState['helm']): BundleRelease | null {
  // Where the last upgrade failed, its revision is nothing to go back to
  if (helm?.status !== 'deployed') return null;
  const { name, namespace, revision, chartVersion } = helm;
  return { name, namespace, revision, chartVersion };
}

function calicoOf({ calico }: ClusterState): NonNullable<ClusterState['calico']> {
  if (calico === null) {
    throw new InputError('backup', 'There is no Calico in the cluster to back up.', 'Name another cluster.');
  }
  if (calico.datastore === 'etcdv3') {
    throw new InputError(
      'backup',
      'Calico keeps its data in etcd, which the Kubernetes API does not show: a backup from here would lack it.',
      'Save it with calicoctl datastore migrate export, and see to the upgrade by hand.',
    );
  }
  return calico;
}

/** The kinds that the cluster serves, Calico's in the group that holds its data. */
export async function kindsToSave(client: ClusterClient, dataGroup: string): Promise<readonly BundleKind[]> {
  const { kinds, failedGroups } = await client.discover();
  const other = dataGroup === 'projectcalico.org' ? 'crd.projectcalico.org' : 'projectcalico.org';
  const wanted = BUNDLE_KINDS.filter(({ apiVersion }) => groupOf(apiVersion) !== other);
  const silent = failedGroups.find((group) => wanted.some(({ apiVersion }) => groupOf(apiVersion) === group));
  if (silent !== undefined) {
    throw new ClusterError(
      { verb: 'discover', resource: silent, status: null },
      `The API group ${silent} does not answer, so what is in it cannot be saved.`,
      'Put its API server right first: see kubectl get apiservices.',
    );
  }
  const isServed = (kind: BundleKind) => (served: ServedKind) =>
    served.apiVersion === kind.apiVersion && served.kind === kind.kind && served.verbs.includes('list');
  return wanted.filter((kind) => kinds.some(isServed(kind)));
}

async function saveAll(
  client: ClusterClient,
  kind: BundleKind,
  namespace: string | null,
  builder: BundleBuilder,
): Promise<void> {
  for await (const { items, isRestart } of client.list(kind, { namespace })) {
    if (isRestart) await builder.restart(kind, namespace);
    for (const item of items) if (belongs(kind, item)) await builder.add(kind, withoutManagers(item));
  }
}

/** Who wrote which field is half of an object's bytes, and means nothing once it is written anew. */
function withoutManagers(object: KubernetesObject): KubernetesObject {
  const metadata = without(object.metadata, 'managedFields');
  return { ...object, metadata: { ...metadata, name: object.metadata.name } };
}

/** Saves the Secrets of Calico's namespaces, encrypted as one file; what is left out where there is no key. */
async function saveSecrets(
  client: ClusterClient,
  state: ClusterState,
  builder: BundleBuilder,
  { encrypt }: SaveOptions,
): Promise<readonly LeftOut[]> {
  if (encrypt === null) {
    return [{ what: 'Secrets', why: 'no encryption-key was given, and nothing is saved of them in clear' }];
  }
  const secrets = (await listInstallSecrets(client, state)).map(withoutManagers);
  await builder.addFile(SECRETS, await encrypt(`${JSON.stringify(secrets)}\n`));
  return [];
}
