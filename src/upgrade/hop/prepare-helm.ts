import { versionOf } from '../../catalog/queries.js';
import type { HelmRelease } from '../../cluster/calico-state.js';
import { nameOf, referenceOf } from '../../cluster/object-name.js';
import { EnvironmentError, InputError } from '../../errors.js';
import type { ChartSource } from '../../ports/chart-source.js';
import type { ClusterClient } from '../../ports/cluster-client.js';
import type { Helm } from '../../ports/helm.js';
import { compareVersions, formatVersion, type Version } from '../../version/version.js';
import { keyOf } from '../customisations/object-key.js';
import { inBatches } from '../plan/in-batches.js';
import type { UpgradePlan } from '../plan/plan.js';
import { lostResources } from './merge-release.js';
import { ownHops } from './own-hops.js';
import { CHART, isOfRelease, ofRelease, type RenderedRelease, renderRelease } from './render-release.js';

/** What an upgrade of a Helm install goes by. */
export interface HelmTools {
  /** null where there is no helm on PATH. */
  readonly helm?: Helm | null;
  /** null where there is no helm that could render them. */
  readonly charts?: ChartSource | null;
}

/** Every hop of an install by Helm, rendered and held to what can be known of it beforehand. */
export interface PreparedHelm {
  readonly helm: Helm;
  /** In the order of the hops. */
  readonly hops: readonly RenderedRelease[];
}

/** Those before it are made for Kubernetes before 1.28. @see https://helm.sh/docs/topics/version_skew/ */
const OLDEST_HELM = { major: 3, minor: 13 };
const NEWEST_MAJOR = 4;
/** Before it, the chart was installed into another namespace, and the objects have to change hands. */
const NAMESPACE_MOVED = versionOf('v3.23.0');

/**
 * Fetches and renders the charts of all hops. Null where Helm did not install Calico. Writes nothing.
 *
 * @throws InputError, EnvironmentError where the release cannot be upgraded
 */
export async function prepareHelm(
  client: ClusterClient,
  { calico, path, resume }: UpgradePlan,
  { helm = null, charts = null }: HelmTools,
): Promise<PreparedHelm | null> {
  if (calico?.method !== 'helm') return null;
  const release = requireRelease(calico.helm, resume !== null);
  const own = ownHops(path);
  const [first] = own;
  if (first && compareVersions(first.from.calico, NAMESPACE_MOVED) < 0) throw movedNamespace();
  if (helm === null || charts === null) throw noHelm();
  await requireVersion(helm);
  const hops: RenderedRelease[] = [];
  for (const { to } of own) {
    const chart = await charts.read(to.calico);
    hops.push(await renderRelease(helm, release, chart, to.calico));
  }
  requireAllKept(release, hops);
  await requireOwn(client, release, hops);
  return { helm, hops };
}

/** @throws EnvironmentError where a hop was not prepared: the plan changed meanwhile */
export function requireRendered({ hops }: PreparedHelm, to: Version): RenderedRelease {
  const rendered = hops.find((hop) => compareVersions(hop.to, to) === 0);
  if (rendered) return rendered;
  throw new EnvironmentError(
    `The chart of Calico ${formatVersion(to)} was not fetched beforehand.`,
    'Run again: the hops are planned anew.',
  );
}

/** Words for all that stops an upgrade by Helm before anything is written. */
function refused(message: string, remedy: string): InputError {
  return new InputError('mode', message, `Nothing was changed. ${remedy}`);
}

/** @param isResumed whether an upgrade that died is gone on with: its Helm may have died on its way */
function requireRelease(release: HelmRelease | null, isResumed: boolean): HelmRelease {
  if (release === null) {
    throw refused(
      'Calico is installed by Helm, and its release cannot be read.',
      'Let the account read Secrets in the namespace of the release.',
    );
  }
  const { name, namespace, chart, status } = release;
  if (chart !== CHART) {
    throw refused(
      `The release ${namespace}/${name} is of the chart ${chart}, and only ${CHART} is known here.`,
      'Upgrade it by what installed it.',
    );
  }
  // One that failed left the deployed one before it in place, and that is what the next starts from
  const isFit = status === 'deployed' || status === 'failed' || (isResumed && status === 'pending-upgrade');
  if (isFit) return release;
  throw refused(
    `The release ${namespace}/${name} is ${status}.`,
    'Bring it to “deployed” with helm rollback or helm upgrade first.',
  );
}

function movedNamespace(): InputError {
  return refused(
    'Charts before v3.23 have their release in another namespace than those after, and Helm does not move it.',
    'Follow upstream’s page on upgrades with Helm as far as v3.23 or later by hand.',
  );
}

function noHelm(): EnvironmentError {
  return new EnvironmentError(
    'Calico is installed by Helm, and there is no helm on PATH.',
    'Nothing was changed. Install it for this run (azure/setup-helm does), 3.13 or later.',
  );
}

async function requireVersion(helm: Helm): Promise<void> {
  const version = await helm.version();
  const [, major = '', minor = ''] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  const isOld = Number(major) === OLDEST_HELM.major && Number(minor) < OLDEST_HELM.minor;
  if (!isOld && Number(major) >= OLDEST_HELM.major && Number(major) <= NEWEST_MAJOR) return;
  throw new EnvironmentError(
    `helm on PATH is ${version || 'of no version'}; needed is 3.13 or later of 3 or 4.`,
    'Nothing was changed. Install another one for this run (azure/setup-helm does).',
  );
}

/** Helm deletes what the next chart no longer has: an Installation would take Calico with it. */
function requireAllKept(release: HelmRelease, hops: readonly RenderedRelease[]): void {
  let installed = release.objects;
  for (const { objects, move } of hops) {
    const [lost] = lostResources({ installed, target: objects });
    if (lost) {
      throw refused(
        `${move.chart.from} no longer renders ${nameOf(lost)} with the values of the release: Helm would delete it.`,
        'Put right the values of the release, or annotate the object with helm.sh/resource-policy: keep and upgrade by hand.',
      );
    }
    installed = objects;
  }
}

/** Helm takes over nothing that is not marked as its release's own. */
async function requireOwn(
  client: ClusterClient,
  release: HelmRelease,
  hops: readonly RenderedRelease[],
): Promise<void> {
  const installed = new Set(release.objects.map((object) => keyOf(ofRelease(object, release))));
  const added = hops.flatMap(({ objects }) => objects).filter((object) => !installed.has(keyOf(object)));
  const found = await inBatches(added, (object) => client.get(referenceOf(object)));
  const foreign = found.find((object) => object !== null && !isOfRelease(object, release));
  if (!foreign) return;
  throw refused(
    `The chart brings ${nameOf(referenceOf(foreign))}, which is there and not of the release ${release.namespace}/${release.name}: Helm would refuse it.`,
    `Have the release take it over (label app.kubernetes.io/managed-by=Helm, annotations meta.helm.sh/release-name=${release.name} and meta.helm.sh/release-namespace=${release.namespace}), or take it out of the values.`,
  );
}
