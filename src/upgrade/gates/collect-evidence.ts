import { type Fields, isTrueAt, listAt, numberAt, textAt, valueAt } from '../../cluster/fields.js';
import type { ClusterClient, KubernetesObject, ObjectKind } from '../../ports/cluster-client.js';
import { hideCredentials } from '../../text/credentials.js';
import type { Evidence } from '../engine/step.js';
import { podName } from './pod-fault.js';
import type { Waiting } from './wait-for.js';

/** What goes on waits meanwhile, or should not: what is not there by then is left out. */
const LIMIT_MS = 3_000;
const MOST_PODS = 2;
const MOST_LINES = 20;
const MOST_TEXT = 4 * 1024;
/** What is asked for: a server counts from the first of the last lines on. */
const MOST_BYTES = 64 * 1024;
const MOST_EVENTS = 10;
const EVENT: ObjectKind = { apiVersion: 'v1', kind: 'Event' };

/**
 * The last lines that the container at fault logged, before its restart where it restarted, and the last events of the
 * first of some pods. What cannot be read is left out; takes no longer than a moment. Never throws.
 */
export async function collectEvidence(
  client: ClusterClient,
  pods: readonly KubernetesObject[],
  { sleep }: Pick<Waiting, 'sleep'>,
): Promise<readonly Evidence[]> {
  const over = new AbortController();
  const asked = pods
    .slice(0, MOST_PODS)
    .flatMap((pod) => [readLog(client, pod), readEvents(client, pod, over.signal)]);
  const late = sleep(LIMIT_MS, over.signal).then(() => null);
  const found = await Promise.all(asked.map((one) => Promise.race([one, late]).catch(() => null)));
  over.abort();
  return found.filter((one) => one !== null && one.lines.length > 0) as Evidence[];
}

async function readLog(client: ClusterClient, pod: KubernetesObject): Promise<Evidence | null> {
  const status = culpritOf(pod);
  if (!status) return null;
  const { namespace = '', name } = pod.metadata;
  const container = textAt(status, 'name');
  const hasRestarted = (numberAt(status, 'restartCount') ?? 0) > 0;
  const isDown = valueAt(status, 'state', 'running') === undefined;
  const previous = hasRestarted && isDown;
  const limits = { tailLines: MOST_LINES, limitBytes: MOST_BYTES };
  const text = await client.logs({ namespace, pod: name, container, previous, ...limits });
  const lines = hideCredentials(text.trimEnd().slice(-MOST_TEXT)).split('\n').slice(-MOST_LINES);
  const when = previous ? ', before its last restart' : '';
  return { title: `log of ${podName(pod)}, container ${container}${when}`, lines: lines.filter(Boolean) };
}

/** The first container that has run and is not well; undefined where there is none. */
function culpritOf(pod: KubernetesObject): Fields | undefined {
  const hasRun = (status: Fields): boolean =>
    textAt(status, 'containerID') !== '' ||
    (numberAt(status, 'restartCount') ?? 0) > 0 ||
    valueAt(status, 'state', 'running') !== undefined;
  const isDone = (status: Fields): boolean => numberAt(status, 'state', 'terminated', 'exitCode') === 0;
  const init = listAt(pod, 'status', 'initContainerStatuses').find(
    (status) => hasRun(status) && !isDone(status) && !isTrueAt(status, 'ready'),
  );
  return (
    init ??
    listAt(pod, 'status', 'containerStatuses').find((status) => hasRun(status) && !isTrueAt(status, 'ready'))
  );
}

async function readEvents(
  client: ClusterClient,
  pod: KubernetesObject,
  signal: AbortSignal,
): Promise<Evidence | null> {
  const { namespace = null, name } = pod.metadata;
  const fieldSelector = `involvedObject.name=${name},involvedObject.kind=Pod`;
  const events: KubernetesObject[] = [];
  for await (const { items } of client.list(EVENT, { namespace, fieldSelector, signal })) {
    events.push(...items);
  }
  return { title: `events of ${podName(pod)}`, lines: eventLines(events) };
}

/** Events as lines, the newest last; of those that say the same, the newest alone. Pure. */
export function eventLines(events: readonly KubernetesObject[]): readonly string[] {
  const sorted = [...events].sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1));
  const newest = new Map<string, string>();
  for (const event of sorted) {
    const said = `${textAt(event, 'type')} ${textAt(event, 'reason')}: ${textAt(event, 'message').trim()}`;
    const count = numberAt(event, 'count') ?? numberAt(event, 'series', 'count') ?? 1;
    const times = count > 1 ? ` (${count} times)` : '';
    newest.delete(said);
    newest.set(said, hideCredentials(`${timeOf(event)} ${said}${times}`.replaceAll('\n', ' ').slice(0, 500)));
  }
  return [...newest.values()].slice(-MOST_EVENTS);
}

function timeOf(event: KubernetesObject): string {
  const times = [
    textAt(event, 'series', 'lastObservedTime'),
    textAt(event, 'lastTimestamp'),
    textAt(event, 'eventTime'),
    event.metadata.creationTimestamp ?? '',
  ];
  return times.find((time) => time !== '') ?? '';
}
