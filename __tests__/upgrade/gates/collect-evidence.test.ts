import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject, LogOptions } from '../../../src/ports/cluster-client.js';
import { collectEvidence, eventLines } from '../../../src/upgrade/gates/collect-evidence.js';
import { createFakeClusterClient, refusal } from '../../ports/fake-cluster-client.js';
import { hurrying, waiting, waitingPod } from './build-waiting.js';

const RUNNING = { running: { startedAt: '2026-11-27T02:00:00Z' } };
const CRASHED = { waiting: { reason: 'CrashLoopBackOff' } };

function pod(statuses: readonly object[], init: readonly object[] = []): KubernetesObject {
  return { ...waitingPod(), status: { containerStatuses: statuses, initContainerStatuses: init } };
}

function event(seconds: number, reason: string, message: string, count = 1, of = 'calico-node-a') {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `e${seconds}`, namespace: 'kube-system' },
    involvedObject: { kind: 'Pod', namespace: 'kube-system', name: of },
    type: 'Warning',
    reason,
    message,
    count,
    lastTimestamp: `2026-11-27T02:00:${String(seconds).padStart(2, '0')}Z`,
  };
}

function clientWith(objects: readonly KubernetesObject[], log: string, asked: LogOptions[] = []) {
  return createFakeClusterClient({
    objects,
    logs: (options) => {
      asked.push(options);
      return log;
    },
  });
}

describe('what is told of a pod', () => {
  test('the end of the log of a container that runs and is not ready, and its events, the newest last', async () => {
    const slow = pod([{ name: 'calico-node', ready: false, restartCount: 0, state: RUNNING }]);
    const asked: LogOptions[] = [];
    const events = [
      event(20, 'Unhealthy', 'calico/node is not ready: felix is not ready', 7),
      event(5, 'Pulled', 'already present'),
      event(30, 'Pulled', 'of another pod', 1, 'calico-node-b'),
    ];
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`).join('\n');
    const found = await collectEvidence(
      clientWith([slow, ...events], `${lines}\n`, asked),
      [slow],
      waiting(),
    );
    expect(asked).toMatchObject([{ pod: 'calico-node-a', container: 'calico-node', previous: false }]);
    expect(found.map(({ title }) => title)).toEqual([
      'log of Pod kube-system/calico-node-a, container calico-node',
      'events of Pod kube-system/calico-node-a',
    ]);
    expect(found[0]?.lines).toHaveLength(20);
    expect(found[0]?.lines.at(-1)).toBe('line 29');
    expect(found[1]?.lines).toEqual([
      '2026-11-27T02:00:05Z Warning Pulled: already present',
      '2026-11-27T02:00:20Z Warning Unhealthy: calico/node is not ready: felix is not ready (7 times)',
    ]);
  });

  test.each<[string, KubernetesObject, string, boolean]>([
    ['crashed', pod([{ name: 'calico-node', restartCount: 3, state: CRASHED }]), 'calico-node', true],
    [
      'restarted and runs',
      pod([{ name: 'calico-node', restartCount: 1, state: RUNNING }]),
      'calico-node',
      false,
    ],
    [
      'is an init container that crashed',
      pod(
        [{ name: 'calico-node', restartCount: 0, state: {} }],
        [{ name: 'install-cni', restartCount: 2, state: CRASHED }],
      ),
      'install-cni',
      true,
    ],
    [
      'is the second one',
      pod(
        [{ name: 'calico-node', restartCount: 1, state: CRASHED }],
        [
          {
            name: 'install-cni',
            restartCount: 1,
            containerID: 'x',
            ready: true,
            state: { terminated: { exitCode: 0 } },
          },
        ],
      ),
      'calico-node',
      true,
    ],
  ])('the log of the container that %s', async (_, one, container, previous) => {
    const asked: LogOptions[] = [];
    await collectEvidence(clientWith([one], 'x', asked), [one], waiting());
    expect(asked).toMatchObject([{ container, previous }]);
  });

  test('no log of a container that never ran', async () => {
    const unpulled = pod([
      { name: 'calico-node', restartCount: 0, state: { waiting: { reason: 'ErrImagePull' } } },
    ]);
    const asked: LogOptions[] = [];
    expect(await collectEvidence(clientWith([unpulled], 'x', asked), [unpulled], waiting())).toEqual([]);
    expect(asked).toEqual([]);
  });

  test('no secret', async () => {
    const slow = pod([{ name: 'calico-node', restartCount: 0, state: RUNNING }]);
    const jwt = `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.${'c'.repeat(20)}`;
    const log = `token=s3cr3tvalue\nAuthorization: Bearer abcdefghijkl\n${jwt}\nhttps://user:hunter22@etcd:2379`;
    const events = [event(1, 'Failed', `cannot use password: "hunter22"`)];
    const found = await collectEvidence(clientWith([slow, ...events], log), [slow], waiting());
    expect(JSON.stringify(found)).not.toMatch(/s3cr3t|abcdefgh|eyJ|hunter22|aaaa/);
    expect(found).toHaveLength(2);
  });

  test('at most 4 KiB of a log', async () => {
    const slow = pod([{ name: 'calico-node', restartCount: 0, state: RUNNING }]);
    const found = await collectEvidence(clientWith([slow], 'x'.repeat(9_000)), [slow], waiting());
    expect(found[0]?.lines.join('').length).toBe(4096);
  });

  test('what can be read where the rest may not be', async () => {
    const slow = pod([{ name: 'calico-node', restartCount: 0, state: RUNNING }]);
    const forbids = (verb: string) =>
      createFakeClusterClient({
        objects: [slow, event(1, 'Unhealthy', 'no')],
        logs: () => 'x',
        onCall: (call) => {
          if (call.verb === verb) throw refusal(verb, 'pods', 403, 'forbidden');
        },
      });
    expect(await collectEvidence(forbids('logs'), [slow], waiting())).toMatchObject([
      { lines: [expect.stringContaining('Unhealthy')] },
    ]);
    expect(await collectEvidence(forbids('list'), [slow], waiting())).toMatchObject([{ lines: ['x'] }]);
  });

  test('nothing that takes longer than a moment, nor where no pod is at fault', async () => {
    const slow = pod([{ name: 'calico-node', restartCount: 0, state: RUNNING }]);
    const client = {
      ...clientWith([slow, event(1, 'Unhealthy', 'no')], ''),
      logs: () => new Promise<string>(() => undefined),
    };
    const found = await collectEvidence(client, [slow], hurrying(20));
    expect(found.map(({ title }) => title)).toEqual(['events of Pod kube-system/calico-node-a']);
    expect(await collectEvidence(client, [], waiting())).toEqual([]);
  });
});

test('events that say the same are one, where the newest was; ten at most', () => {
  expect(
    eventLines([event(9, 'BackOff', 'x', 3), event(1, 'BackOff', 'x'), event(5, 'Pulled', 'y')]),
  ).toEqual(['2026-11-27T02:00:05Z Warning Pulled: y', '2026-11-27T02:00:09Z Warning BackOff: x (3 times)']);
  const many = Array.from({ length: 30 }, (_, index) => event(index, 'Unhealthy', `${index}`));
  expect(eventLines(many)).toHaveLength(10);
  expect(eventLines(many).at(-1)).toContain('29');
});
