import { listAt, numberAt, textAt } from '../../cluster/fields.js';
import type { ClusterClient, KubernetesObject } from '../../ports/cluster-client.js';
import { isPodReady } from '../gates/pod-fault.js';
import { inBatches } from '../plan/in-batches.js';
import type { Collection } from './collection.js';

/** Pods whose logs are read: those that are not well, and as many that are as it takes to compare. */
const MOST_UNREADY = 15;
const MOST_READY = 5;
const TAIL_LINES = 500;
/** More than is kept: the server cuts from the end, where the newest lines are. */
const LIMIT_BYTES = 512 * 1024;
const KEPT = 100_000;

/** The logs of pods that are not well, and of a few that are. What cannot be read is noted. */
export async function readLogs(
  client: ClusterClient,
  pods: readonly KubernetesObject[],
  collection: Collection,
): Promise<void> {
  const unready = pods.filter((pod) => !isPodReady(pod));
  const ready = onePerWorkload(pods.filter(isPodReady));
  if (unready.length > MOST_UNREADY)
    collection.note(`Logs of ${MOST_UNREADY} of ${unready.length} pods that are not ready were read.`);
  const chosen = [...unready.slice(0, MOST_UNREADY), ...ready.slice(0, MOST_READY)];
  await inBatches(chosen.flatMap(logsOf), async (log) => {
    const { pod, container, previous } = log;
    const { name, namespace = '' } = pod.metadata;
    const file = `logs/${namespace}_${name}_${container}${previous ? '_previous' : ''}.log`;
    try {
      const options = { tailLines: TAIL_LINES, limitBytes: LIMIT_BYTES };
      const text = await client.logs({ namespace, pod: name, container, previous, ...options });
      collection.addText(file, text, KEPT);
    } catch (error) {
      collection.note(`${file} is not there: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

interface Log {
  readonly pod: KubernetesObject;
  readonly container: string;
  readonly previous: boolean;
}

/** Of each container that has run: what it says now, and what it said before its last restart. */
function logsOf(pod: KubernetesObject): readonly Log[] {
  return ['initContainerStatuses', 'containerStatuses'].flatMap((list) =>
    listAt(pod, 'status', list).flatMap((status): Log[] => {
      const container = textAt(status, 'name');
      const hasRun = textAt(status, 'containerID') !== '';
      const restarts = numberAt(status, 'restartCount') ?? 0;
      return [
        ...(hasRun ? [{ pod, container, previous: false }] : []),
        ...(restarts > 0 ? [{ pod, container, previous: true }] : []),
      ];
    }),
  );
}

function onePerWorkload(pods: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const owners = new Map<string, KubernetesObject>();
  for (const pod of pods) owners.set(pod.metadata.ownerReferences?.[0]?.name ?? pod.metadata.name, pod);
  return [...owners.values()];
}
