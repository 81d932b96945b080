import type { ClusterClient, KubernetesObject } from '../../src/ports/cluster-client.js';
import { InputError } from '../../src/errors.js';
import { compareVersions } from '../../src/version/version.js';
import { versionOf } from '../../src/catalog/queries.js';
import { type Customisations, customise, customiseInstallation } from './customisations.js';
import { type Installed, installObjects } from './install-objects.js';
import type { Command } from './kubectl.js';
import { isDefinition, manifestFiles, readManifest } from './manifests.js';
import { type Owner, ownedBy, OWNER_MANAGERS } from './owners.js';

/** Which of upstream's files a manifest install is made from, by the name of the file without its ending. */
export type Variant =
  'calico' | 'calico-typha' | 'calico-vxlan' | 'calico-bpf' | 'calico-policy-only' | 'calico-etcd' | 'canal';

export interface InstallOptions {
  /** As the directories of the manifests are named: `v3.28.2`, `v3.24.6-release-branch`. */
  readonly version: string;
  readonly method: 'manifest' | 'operator';
  /** Default: `calico`. For manifest installs. */
  readonly variant?: Variant;
  readonly customisations?: Customisations;
  /** Default: `apply` for manifests, `create` for the operator, as upstream's pages of that time said. */
  readonly command?: Command;
  /** The tool that the objects are to seem to belong to. */
  readonly owner?: Owner;
  /** Whether definitions are brought in, or are there already. Default: true. */
  readonly definitions?: boolean;
  /** For operator installs: whether custom-resources.yaml is brought in too. Default: true. */
  readonly customResources?: boolean;
}

/**
 * Installs Calico from upstream's files as a user would. Nothing of it runs by itself: pods are the business of the
 * cluster's nodes, and operator installs need {@link startStandInOperator}.
 *
 * @throws InputError where there is no such version or variant
 */
export async function installCalico(client: ClusterClient, options: InstallOptions): Promise<Installed> {
  return options.method === 'manifest'
    ? installByManifest(client, options)
    : installByOperator(client, options);
}

async function installByManifest(client: ClusterClient, options: InstallOptions): Promise<Installed> {
  const { version, variant = 'calico', customisations = {}, command = 'apply', owner } = options;
  const objects = customise(readManifest(version, `${variant}.yaml`), customisations);
  return bringIn(client, wantedOf(objects, options), command, owner);
}

async function installByOperator(client: ClusterClient, options: InstallOptions): Promise<Installed> {
  const { version, customisations = {}, command = 'create', owner, customResources = true } = options;
  const operator = await bringIn(client, wantedOf(operatorObjects(version), options), command, owner);
  if (!customResources) return operator;
  const resources = installationObjects(version, customisations);
  const installed = await bringIn(client, resources, command, owner);
  return {
    objects: [...operator.objects, ...installed.objects],
    refused: [...operator.refused, ...installed.refused],
  };
}

function wantedOf(
  objects: readonly KubernetesObject[],
  { definitions = true }: InstallOptions,
): readonly KubernetesObject[] {
  return definitions ? objects : objects.filter((object) => !isDefinition(object));
}

/**
 * The objects of an operator install without custom resources: from v3.30 the definitions have a file of their own.
 *
 * @see https://docs.tigera.io/calico/latest/getting-started/kubernetes/quickstart
 */
export function operatorObjects(version: string): KubernetesObject[] {
  const operator = readManifest(version, 'tigera-operator.yaml');
  if (!hasSeparateDefinitions(version)) return [...operator];
  return [...readManifest(version, 'operator-crds.yaml'), ...operator];
}

/** The Installation, the APIServer and what else custom-resources.yaml has. */
export function installationObjects(version: string, changes: Customisations = {}): KubernetesObject[] {
  return readManifest(version, 'custom-resources.yaml').map((object) =>
    object.kind === 'Installation' ? customiseInstallation(object, changes) : object,
  );
}

/** Variants that there are files of. */
export function variantsOf(version: string): Variant[] {
  const variants: readonly Variant[] = [
    'calico',
    'calico-typha',
    'calico-vxlan',
    'calico-bpf',
    'calico-policy-only',
    'calico-etcd',
    'canal',
  ];
  const files = manifestFiles(version);
  return variants.filter((variant) => files.includes(`${variant}.yaml`));
}

/** Whether tigera-operator.yaml comes without definitions. */
function hasSeparateDefinitions(version: string): boolean {
  const [, release] = /^(v\d+\.\d+\.\d+)/.exec(version) ?? [];
  if (release === undefined) {
    throw new InputError('calico', `“${version}” is no release of Calico.`, 'Name one as v3.28.2.');
  }
  return compareVersions(versionOf(release), versionOf('v3.30.0')) >= 0;
}

function bringIn(
  client: ClusterClient,
  objects: readonly KubernetesObject[],
  command: Command,
  owner: Owner | undefined,
): Promise<Installed> {
  if (owner === undefined) return installObjects(client, objects, { command });
  const { fieldManager, command: ownCommand } = OWNER_MANAGERS[owner];
  return installObjects(
    client,
    objects.map((object) => ownedBy(owner, object)),
    { command: ownCommand, fieldManager },
  );
}
