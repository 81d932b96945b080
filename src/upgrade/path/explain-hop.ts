import { requiredStops, supportOf } from '../../catalog/queries.js';
import type { Uses } from '../../catalog/types.js';
import { formatMinor, formatVersion } from '../../version/version.js';
import type { Destination, Hop } from './hop.js';

/** Why a hop is made now and not later: a sentence. */
export function explainHop(
  { component, from, to }: Omit<Hop, 'because'>,
  destination: Destination,
  uses: Uses,
): string {
  if (component === 'kubernetes') {
    return `Calico ${formatVersion(to.calico)} is tested with Kubernetes ${formatMinor(to.kubernetes)}, so Kubernetes can move.`;
  }
  const stop = requiredStops(from.calico, destination.calico, uses).find(
    (release) => release === formatVersion(to.calico),
  );
  if (stop) return `${stop} has to run on every node before anything newer does.`;
  const next = { ...to.kubernetes, minor: to.kubernetes.minor + 1 };
  const isForKubernetes =
    to.kubernetes.minor < destination.kubernetes.minor &&
    supportOf(next, from.calico, uses.install ?? null).support !== 'tested';
  if (isForKubernetes) {
    return `Calico ${formatVersion(from.calico)} is not tested with Kubernetes ${formatMinor(next)}: Calico goes first.`;
  }
  return formatVersion(to.calico) === formatVersion(destination.calico)
    ? `${formatVersion(to.calico)} is the target.`
    : `${formatVersion(to.calico)} is the newest release that is tested with Kubernetes ${formatMinor(to.kubernetes)} on the way.`;
}
