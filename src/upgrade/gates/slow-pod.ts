import { type Fields, isTrueAt, listAt, numberAt, textAt, valueAt } from '../../cluster/fields.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { Lasts } from './stopwatch.js';

/**
 * What a container needs until it could be ready, whatever its probes. Real calico-node was ready 13–25 s after its start
 * on a starved machine, and says so itself no sooner than after 30 s where one of its BGP peers is away (`bird-ready` wants
 * every peer until then, and one from then on): twice that.
 *
 * @see https://github.com/projectcalico/calico/blob/v3.31.0/node/pkg/health/health.go
 */
export const WARM_UP_MS = 60_000;
/** How long an init container may run: Calico's take some seconds each, and one that fails ends, and is begun again. */
export const INIT_MS = 2 * WARM_UP_MS;

/**
 * What is wrong with a pod whose containers run, do not restart and do not become ready; null where nothing is, yet. A
 * container may take {@link WARM_UP_MS}, and besides what its own probes allow: of the startup and of the readiness probe,
 * the delay before the first and `failureThreshold` periods. With Calico's own manifest that is 90 s, with the operator's
 * 150 s. An init container may run for {@link INIT_MS}.
 */
export function slowFault(pod: KubernetesObject, lasts: Lasts): string | null {
  const { uid } = pod.metadata;
  const isRunning = (status: Fields): boolean => valueAt(status, 'state', 'running') !== undefined;
  // A restart begins its time anew: it is crashes that count then
  const slow = (status: Fields, ms: number): boolean =>
    lasts(`${uid} ${textAt(status, 'name')} ${numberAt(status, 'restartCount') ?? 0} slow`, ms);
  const specs = [...listAt(pod, 'spec', 'initContainers'), ...listAt(pod, 'spec', 'containers')];
  const specOf = (status: Fields): Fields | undefined => specs.find(({ name }) => name === status['name']);
  const init = listAt(pod, 'status', 'initContainerStatuses').filter(
    (status) => isRunning(status) && specOf(status)?.['restartPolicy'] !== 'Always',
  );
  for (const status of init) {
    if (slow(status, INIT_MS))
      return `init container ${textAt(status, 'name')}: runs for ${seconds(INIT_MS)} and does not end`;
  }
  const unready = listAt(pod, 'status', 'containerStatuses').filter(
    (status) => isRunning(status) && !isTrueAt(status, 'ready'),
  );
  for (const status of unready) {
    const ms = allowanceOf(specOf(status));
    if (slow(status, ms)) {
      return `container ${textAt(status, 'name')}: runs for ${seconds(ms)} without a restart and is not ready`;
    }
  }
  return null;
}

/** How long a container may run without being ready, in milliseconds. */
export function allowanceOf(container: Fields | undefined): number {
  return WARM_UP_MS + probeMs(container, 'startupProbe') + probeMs(container, 'readinessProbe');
}

/** @see https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#configure-probes */
function probeMs(container: Fields | undefined, probe: string): number {
  if (valueAt(container, probe) === undefined) return 0;
  const setting = (name: string, standard: number): number => numberAt(container, probe, name) ?? standard;
  const periods = Math.max(setting('failureThreshold', 3), setting('successThreshold', 1));
  return 1000 * (setting('initialDelaySeconds', 0) + periods * setting('periodSeconds', 10));
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
