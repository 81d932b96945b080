import type { KubernetesObject } from '../../src/ports/cluster-client.js';
import { AGNHOST_IMAGE } from '../../test-cluster/images/node-images.js';
import { textAt } from '../../test-cluster/ready-made/fields.js';
import { eventually } from '../test-cluster/eventually.js';
import {
  deletePod,
  logOf,
  type PodState,
  reaches,
  runAgnhost,
  type Scene,
  seePod,
} from '../test-cluster/real-nodes/scene.js';

/** What must stay as it is while Calico changes. */
export interface UsersPod extends PodState {
  readonly name: string;
  readonly uid: string;
  readonly node: string;
}

/** How often the caller of a node had an answer, and how often it had none within five seconds. */
export interface Calls {
  readonly answered: number;
  readonly missed: number;
}

/**
 * Pods of users: on every node a server, all behind one Service, and a caller that asks it by its name each second and goes
 * on whatever becomes of it.
 */
export interface UsersPods {
  /** In the order of their names. */
  readonly see: () => Promise<readonly UsersPod[]>;
  /** Since they began, by node. */
  readonly calls: () => Promise<Readonly<Record<string, Calls>>>;
  /** Who is not answered now, by the Service or by a server’s address: `caller-x: web:80`. */
  readonly unanswered: () => Promise<readonly string[]>;
}

const SERVICE = 'web:80';
const CALL = `/agnhost connect --timeout=5s ${SERVICE} && echo answered || echo missed`;
const CONTAINERS = {
  web: {
    args: ['netexec', '--http-port=8080'],
    readinessProbe: { httpGet: { path: '/healthz', port: 8080 } },
  },
  caller: { command: ['/bin/sh', '-c', `while :; do ${CALL}; sleep 1; done`] },
} as const;

/** Starts them, and waits until each has its answers. */
export async function runUsersPods(scene: Scene, nodes: readonly string[]): Promise<UsersPods> {
  const { client, namespace } = scene;
  const ports = [{ port: 80, targetPort: 8080 }];
  const objects: readonly KubernetesObject[] = [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace },
      spec: { selector: { app: 'web' }, ports },
    },
    onEveryNode(namespace, 'web'),
    onEveryNode(namespace, 'caller'),
  ];
  for (const object of objects) await client.create(object, { fieldManager: 'users' });

  async function see(): Promise<readonly UsersPod[]> {
    const found: UsersPod[] = [];
    const options = { namespace, labelSelector: 'app in (web,caller)' };
    for await (const { items } of client.list({ apiVersion: 'v1', kind: 'Pod' }, options)) {
      for (const pod of items) {
        const { name, uid = '' } = pod.metadata;
        found.push({ ...(await seePod(scene, name)), name, uid, node: textAt(pod, 'spec', 'nodeName') });
      }
    }
    return found.toSorted((one, other) => one.name.localeCompare(other.name));
  }

  async function calls(): Promise<Readonly<Record<string, Calls>>> {
    const counted = callersAmong(await see()).map(async ({ name, node }) => {
      const lines = (await logOf(scene, name)).split('\n');
      const count = (word: keyof Calls): number => lines.filter((line) => line === word).length;
      return [node, { answered: count('answered'), missed: count('missed') }] as const;
    });
    return Object.fromEntries(await Promise.all(counted));
  }

  async function unanswered(): Promise<readonly string[]> {
    const pods = await see();
    const servers = pods.filter(({ name }) => name.startsWith('web')).map(({ address }) => `${address}:8080`);
    const asked = callersAmong(pods).flatMap(({ name }) =>
      [SERVICE, ...servers].map(async (server) =>
        (await reaches(scene, name, server)) ? [] : [`${name}: ${server}`],
      ),
    );
    return (await Promise.all(asked)).flat();
  }

  await eventually(async () => {
    const pods = await see();
    const areThere = pods.length === 2 * nodes.length && pods.every(({ isReady }) => isReady);
    return areThere && (await unanswered()).length === 0 ? true : null;
  }, 60_000);
  return { see, calls, unanswered };
}

/** Nodes whose caller went unanswered since then, or did not call. */
export function missedSince(
  then: Readonly<Record<string, Calls>>,
  now: Readonly<Record<string, Calls>>,
): readonly string[] {
  return Object.entries(then).flatMap(([node, before]) => {
    const { answered = 0, missed = 0 } = now[node] ?? {};
    return answered > before.answered && missed === before.missed ? [] : [node];
  });
}

/** Whether a new pod on each of these nodes has an address and is answered by users’ pods. */
export function tryNewPods(scene: Scene, nodes: readonly string[]): Promise<readonly boolean[]> {
  return Promise.all(
    nodes.map(async (node) => {
      const name = `new-on-${node}`;
      const address = await runAgnhost(scene, name, node);
      const isAnswered = await reaches(scene, name, SERVICE);
      await deletePod(scene, name);
      return address !== '' && isAnswered;
    }),
  );
}

function callersAmong(pods: readonly UsersPod[]): readonly UsersPod[] {
  return pods.filter(({ name }) => name.startsWith('caller'));
}

function onEveryNode(namespace: string, name: keyof typeof CONTAINERS): KubernetesObject {
  const container = { name: 'main', image: AGNHOST_IMAGE, ...CONTAINERS[name] };
  const spec = { terminationGracePeriodSeconds: 0, containers: [container] };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec },
    },
  };
}
