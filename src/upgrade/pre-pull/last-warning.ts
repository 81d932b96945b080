import { textAt } from '../../cluster/fields.js';
import { ClusterError } from '../../errors.js';
import type { ClusterClient, KubernetesObject, ObjectKind } from '../../ports/cluster-client.js';

const EVENT: ObjectKind = { apiVersion: 'v1', kind: 'Event' };

/** The newest warning about a pod, one that names a text where that is asked for; null where there is none to be had. */
export async function lastWarning(
  client: ClusterClient,
  namespace: string,
  pod: string,
  text = '',
): Promise<string | null> {
  const fieldSelector = `involvedObject.name=${pod},type=Warning`;
  const events: KubernetesObject[] = [];
  try {
    for await (const { items } of client.list(EVENT, { namespace, fieldSelector })) events.push(...items);
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
  }
  const newest = events
    .filter((event) => textAt(event, 'message').includes(text))
    .sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1))
    .at(-1);
  return newest === undefined ? null : textAt(newest, 'message');
}

function timeOf(event: KubernetesObject): string {
  return textAt(event, 'lastTimestamp') || textAt(event, 'eventTime');
}
