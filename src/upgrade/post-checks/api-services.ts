import { listAt, textAt } from '../../cluster/fields.js';
import type { ClusterClient, KubernetesObject } from '../../ports/cluster-client.js';
import { type Seen, type Sight, waitFor, type Waiting } from '../gates/wait-for.js';
import { failure, NOTHING, together, type Verdict, warning } from './verdict.js';

const API_SERVICE = { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService' } as const;
const CALICOS = 'v3.projectcalico.org';

/** The registrations of APIs with a server of their own that answers. */
export async function availableServices(client: ClusterClient): Promise<ReadonlySet<string>> {
  let found: KubernetesObject[] = [];
  for await (const { items, isRestart } of client.list(API_SERVICE)) {
    if (isRestart) found = [];
    found.push(
      ...items.filter((item) => textAt(item, 'spec', 'service', 'name') !== '' && isAvailable(item)),
    );
  }
  return new Set(found.map(({ metadata }) => metadata.name));
}

/** Waits until every API that answered before does again: without one no namespace can be deleted. */
export async function checkServices(
  client: ClusterClient,
  before: ReadonlySet<string>,
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
