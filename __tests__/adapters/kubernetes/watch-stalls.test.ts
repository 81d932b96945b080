import type { ServerResponse } from 'node:http';
import * as library from '@kubernetes/client-node';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { DEFAULT_PATIENCE } from '../../../src/adapters/kubernetes/backoff.js';
import { createConnection } from '../../../src/adapters/kubernetes/connection.js';
import { createCredentialSource } from '../../../src/adapters/kubernetes/credentials.js';
import { parseKubeconfig } from '../../../src/adapters/kubernetes/kubeconfig.js';
import { createRequests, type Requests } from '../../../src/adapters/kubernetes/requests.js';
import { REAL_TIMING } from '../../../src/adapters/kubernetes/timing.js';
import { createTransport } from '../../../src/adapters/kubernetes/transport.js';
import { watchKind } from '../../../src/adapters/kubernetes/watch.js';
import { follow } from '../../ports/cluster-client-contract.js';
import { eventually } from '../../test-cluster/eventually.js';
import { type Scene, startScene } from '../../test-cluster/fault-proxy/scene.js';

// client-node takes its time to load.
jest.setTimeout(30_000);

const POD = { apiVersion: 'v1', kind: 'Pod', plural: 'pods', isNamespaced: true, verbs: [] };
/** In the place of a minute, and ten seconds. */
const TIMES = { connectionSeconds: 1, graceMs: 1500 };

let scene: Scene;
/** Connections of watches, as the server has them. */
let connections: ServerResponse[];

beforeEach(async () => {
  scene = await startScene();
  connections = [];
  scene.api.respond = ({ url }, response): void => {
    if (url.includes('watch=true')) connections.push(response);
    else response.end(JSON.stringify({ metadata: { resourceVersion: '10' }, items: [] }));
  };
});

afterEach(() => scene.stop());

function requestsOf(kubeconfig: string): Requests {
  const access = parseKubeconfig(kubeconfig, null);
  const options = { variables: {}, now: Date.now, mask: (): void => undefined, execTimeoutMs: 1000 };
  const connection = createConnection(access, createCredentialSource(access, options), library);
  return createRequests(createTransport(connection, 5000), REAL_TIMING, DEFAULT_PATIENCE);
}

test('a watch that says no more is taken for dead, and goes on where it was', async () => {
  const stop = new AbortController();
  const requests = requestsOf(scene.proxy.kubeconfig);
  const follower = follow(watchKind(requests, POD, { signal: stop.signal }, TIMES));
  const say = (name: string, resourceVersion: string): void => {
    const object = { ...POD, metadata: { name, resourceVersion } };
    connections.at(-1)?.write(`${JSON.stringify({ type: 'ADDED', object })}\n`);
  };
  expect(await follower.next()).toBe('snapshot ');
  const first = follower.next();
  await eventually(() => Promise.resolve(connections.length === 1 ? true : null));
  say('a', '11');
  expect(await first).toBe('added a');

  scene.proxy.stallWatches();
  say('lost', '12');
  const second = follower.next();
  await eventually(() => Promise.resolve(connections.length === 2 ? true : null));
  expect(scene.arrived().at(-1)).toContain('resourceVersion=11');
  say('b', '13');
  expect(await second).toBe('added b');

  stop.abort();
  expect(await follower.next()).toBe('end');
});
