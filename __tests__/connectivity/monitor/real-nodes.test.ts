import { beforeAll, expect, test } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import { REAL_TIMING } from '../../../src/adapters/kubernetes/timing.js';
import type { Disruption } from '../../../src/connectivity/monitor/disruption.js';
import { MONITOR_NAMESPACE } from '../../../src/connectivity/monitor/monitor-objects.js';
import { type Monitor, startMonitor } from '../../../src/connectivity/monitor/start-monitor.js';
import type {
  AttributedGap,
  HeldPath,
  PathReading,
  StageTime,
} from '../../../src/connectivity/monitor/types.js';
import type { ClusterClient } from '../../../src/ports/cluster-client.js';
import { AGNHOST_IMAGE } from '../../../test-cluster/images/node-images.js';
import { describeWithCluster } from '../../../test-cluster/jest.js';
import { openRealNode } from '../../../test-cluster/real-nodes/real-node.js';
import { ratesOf, usageOf } from './overhead.js';
import { describeInTurn } from '../../../test-cluster/in-turn.js';

const NODES = ['real-1', 'real-2', 'real-3'];
const LIMIT_MS = 1500;
const { now, sleep } = REAL_TIMING;

interface Played {
  readonly ms: number;
  /** What the check after it said. */
  readonly reason: string | null;
}

describeInTurn('connections', () => {
  describeWithCluster('the disruption monitor on real nodes', { realNodes: 3, own: true }, (cluster) => {
    let client: ClusterClient;
    let monitor: Monitor;
    let disruption: Disruption;
    let warning: string | null;
    let isLeft: boolean;
    const stages: StageTime[] = [];
    const played: Record<string, Played> = {};
    const usage: Record<string, ReturnType<typeof ratesOf>> = {};

    async function stage(name: string, nodes: readonly string[], run: () => Promise<number>): Promise<void> {
      const startedAt = now();
      const ms = await run();
      stages.push({ stage: name, title: name, nodes, startedAt, endedAt: now() });
      played[name] = { ms, reason: await monitor.check() };
    }

    /** Has a node do something else than forward; gives for how long, in ms. */
    async function play(node: string, seconds: number, rule: string): Promise<number> {
      const script = `iptables -w -I FORWARD ${rule} && date +%s%3N && sleep ${seconds} && date +%s%3N && iptables -w -D FORWARD ${rule}`;
      const { status, stdout, stderr } = await openRealNode(cluster().directory, node).run([
        'sh',
        '-c',
        script,
      ]);
      if (status !== 0) throw new Error(`${node} does not play: ${stderr}`);
      const [from = 0, to = 0] = stdout.trim().split('\n').map(Number);
      await sleep(2 * (to - from)); // a TCP connection comes back later than the way
      return to - from;
    }

    async function beQuiet(ms: number): Promise<number> {
      const pods = ['monitor-source-1', 'monitor-target-1'];
      const before = await Promise.all(pods.map((pod) => usageOf(client, pod)));
      await sleep(ms);
      for (const [at, pod] of pods.entries()) {
        const first = before[at];
        if (first !== undefined) usage[pod] = ratesOf(first, await usageOf(client, pod));
      }
      return ms;
    }

    beforeAll(async () => {
      client = await createClusterClient(cluster().kubeconfig, null);
      monitor = await startMonitor(client, {
        nodes: NODES,
        image: AGNHOST_IMAGE,
        run: 'a test',
        deadlineMs: 900_000,
        maxDisruptionMs: LIMIT_MS,
        timeoutMs: 120_000,
        signal: new AbortController().signal,
        now,
        sleep,
      });
      try {
        await stage('quiet', [], () => beQuiet(10_000));
        await stage('short', ['real-2'], () => play('real-2', 0.5, '-j DROP'));
        await stage('long', ['real-3'], () => play('real-3', 2, '-j DROP'));
        await stage('reset', ['real-1'], () => play('real-1', 1, '-p tcp -j REJECT --reject-with tcp-reset'));
      } finally {
        ({ disruption, warning } = await monitor.stop(stages));
      }
      const left = { apiVersion: 'v1', kind: 'Namespace', namespace: null, name: MONITOR_NAMESPACE };
      isLeft = (await client.get(left)) !== null;
    }, 300_000);

    const touches = (node: string, { from, to }: HeldPath): boolean => from === node || to === node;
    const pathsOf = (
      protocol: HeldPath['protocol'],
      isWanted: (path: HeldPath) => boolean,
    ): readonly PathReading[] =>
      disruption.paths.filter(({ path }) => path.protocol === protocol && isWanted(path));
    const gapsIn = (name: string, isWanted: (path: HeldPath) => boolean): readonly AttributedGap[] =>
      disruption.gaps.filter(({ path, stage: of }) => of?.stage === name && isWanted(path));
    /** The longest in that stage of each path, in the order of their lengths. */
    function longestIn(name: string, protocol: HeldPath['protocol'], node: string): readonly number[] {
      const gaps = gapsIn(name, (path) => path.protocol === protocol && touches(node, path));
      const longest = new Map<string, number>();
      for (const { path, ms } of gaps)
        longest.set(JSON.stringify(path), Math.max(ms, longest.get(JSON.stringify(path)) ?? 0));
      return [...longest.values()].toSorted((left, right) => left - right);
    }

    test('holds every path from the start to the end, and loses none of them where nothing happens', () => {
      expect(disruption.unmeasured).toEqual([]);
      expect(disruption.paths).toHaveLength(NODES.length * 3 * 2);
      expect(played['quiet']?.reason).toBeNull();
    });

    test.each([
      ['short', 'real-2'],
      ['long', 'real-3'],
    ])('a %s gap on %s is measured within 50 ms by UDP; TCP comes back after it', (name, node) => {
      const { ms = 0 } = played[name] ?? {};
      const udp = longestIn(name, 'udp', node);
      const tcp = longestIn(name, 'tcp', node);

      expect(udp).toHaveLength(5);
      expect(tcp).toHaveLength(5);
      expect(Math.abs((udp[2] ?? 0) - ms)).toBeLessThanOrEqual(50); // the middle one: a busy machine is late now and then
      expect(tcp[0]).toBeGreaterThan(ms - 50);
      expect(tcp[2]).toBeLessThan(2 * ms + 500);
    });

    test('a gap belongs to its stage and to the node that was being changed; other paths have none', () => {
      for (const [name, node] of [
        ['short', 'real-2'],
        ['long', 'real-3'],
      ] as const) {
        const half = (played[name]?.ms ?? 0) * 0.8;
        const gaps = gapsIn(name, () => true).filter(({ ms }) => ms > half);
        expect(gaps.filter(({ changedNodes }) => changedNodes[0] !== node)).toEqual([]);
      }
      expect(disruption.longest).toMatchObject({ stage: { stage: 'long' }, changedNodes: ['real-3'] });
    });

    test('a check fails for a gap that is longer than allowed, and for it alone', () => {
      expect(played['short']?.reason).toBeNull();
      expect(played['long']?.reason).toMatch(
        /real-3.*had no answer for \d+ ms from .*max-disruption-ms is 1500/,
      );
    });

    test('a reset is told from a gap', () => {
      expect(played['reset']?.reason).toContain('was reset at');
      const reset = disruption.paths.filter(({ resets }) => resets.length > 0);
      expect(reset.length).toBeGreaterThan(0);
      expect(reset.filter(({ path }) => path.protocol !== 'tcp' || !touches('real-1', path))).toEqual([]);
      expect(pathsOf('udp', (path) => touches('real-1', path))).toHaveLength(5);
    });

    test('costs little, and nothing is left of it', () => {
      for (const { cpuPercent, kbPerSecond } of Object.values(usage)) {
        expect(cpuPercent).toBeLessThan(25);
        expect(kbPerSecond).toBeLessThan(200);
      }
      expect({ warning, isLeft }).toEqual({ warning: null, isLeft: false });
    });
  });
});
