import { listAt, textAt } from '../../cluster/fields.js';
import type { ClusterClient, KubernetesObject } from '../../ports/cluster-client.js';
import { type Seen, type Sight, waitFor, type Waiting } from '../gates/wait-for.js';
import { failure, NOTHING, together, type Verdict, warning } from './verdict.js';

const API_SERVICE = { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService' } as const;
const CALICOS = 'v3.projectcalico.org';

/** The registrations of APIs with a server of their own, by name. */
export interface Services {
  readonly answering: ReadonlySet<string>;
  /** Those of others alone: that Calico's own does not answer is never passed over. */
  readonly silent: ReadonlySet<string>;
}

/** Which APIs with a server of their own answer, and which do not. */
export async function readServices(client: ClusterClient): Promise<Services> {
  let found: KubernetesObject[] = [];
  for await (const { items, isRestart } of client.list(API_SERVICE)) {
    if (isRestart) found = [];
    found.push(...items.filter((item) => textAt(item, 'spec', 'service', 'name') !== ''));
  }
  const namesOf = (isWanted: (service: KubernetesObject) => boolean): ReadonlySet<string> =>
    new Set(found.filter(isWanted).map(({ metadata }) => metadata.name));
  return {
    answering: namesOf(isAvailable),
    silent: namesOf((service) => !isAvailable(service) && service.metadata.name !== CALICOS),
  };
}

/** APIs whose silence is no doing of the upgrade's: it began before, or they were registered since. Pure. */
export function silentAnyway(before: Services, now: Services): ReadonlySet<string> {
  return new Set([...before.silent, ...[...now.silent].filter((name) => !before.answering.has(name))]);
}

/** Waits until every API that answered before does again: without one no namespace can be deleted. */
export async function checkServices(
  client: ClusterClient,
  { answering: before }: Services,
  waiting: Waiting,
): Promise<Verdict> {
  if (before.size === 0) return NOTHING;
  const last: { gone: readonly string[] } = { gone: [] };
  const judge = ([services = []]: Seen): Sight => {
    const byName = new Map(services.map((service) => [service.metadata.name, service]));
    last.gone = [...before].filter((name) => !byName.has(name));
    const silent = [...before].flatMap((name) => {
      const service = byName.get(name);
      return service && !isAvailable(service) ? [`${name} (${messageOf(service)})`] : [];
    });
    if (silent.length === 0) return { kind: 'done' };
    return { kind: 'waiting', reason: `APIs do not answer that did before: ${silent.join(', ')}` };
  };
  const silent = await waitFor(client, [{ kind: API_SERVICE, options: {} }], judge, waiting);
  return together([
    silent === null ? NOTHING : failure(`APIServices: ${silent.reason}.`),
    ...last.gone.map((name) =>
      name === CALICOS
        ? failure(`APIService ${name} is gone: nobody can read or write projectcalico.org/v3.`)
        : warning(`APIService ${name} was deleted meanwhile.`),
    ),
  ]);
}

function isAvailable(service: KubernetesObject): boolean {
  return availableOf(service)?.['status'] === 'True';
}

function messageOf(service: KubernetesObject): string {
  return textAt(availableOf(service), 'message') || 'it says nothing';
}

function availableOf(service: KubernetesObject) {
  return listAt(service, 'status', 'conditions').find(({ type }) => type === 'Available');
}
