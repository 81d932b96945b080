import { describe, expect, test } from '@jest/globals';
import { MONITOR_NAMESPACE } from '../../../src/connectivity/monitor/monitor-objects.js';
import { type MonitoredTraffic, monitorTraffic } from '../../../src/connectivity/monitor/monitor-traffic.js';
import type { Step } from '../../../src/upgrade/engine/step.js';
import { Scene } from './scene.js';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', namespace: null, name: MONITOR_NAMESPACE };

function trafficOf(scene: Scene, maxMs: number | null, warnings: string[] = []): MonitoredTraffic {
  return monitorTraffic(scene.client, {
    ...scene.options(maxMs),
    findNodes: () => Promise.resolve(['a', 'b', 'c']),
    onWarning: (text) => warnings.push(text),
  });
}

function step(
  stage: Step['stage'],
  title: string,
  nodes: readonly string[],
): Pick<Step, 'stage' | 'title' | 'wave'> {
  const daemonSet = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    namespace: 'kube-system',
    name: 'calico-node',
  };
  return { stage, title, wave: nodes.length === 0 ? null : { daemonSet, nodes, soakMs: 0 } };
}

function play(scene: Scene, ms: number): void {
  scene.time += 10_000;
  const path = 'monitor-source-1 cross-node-udp';
  scene.gaps.set(path, `${scene.gaps.get(path) ?? ''}gap ${scene.time - 5000} ${ms}\n`);
}

describe('the monitor through an upgrade', () => {
  test('a gap is put down to the step in which it was, and fails the wave', async () => {
    const scene = new Scene();
    const traffic = trafficOf(scene, 1000);

    expect(await traffic.baseline()).toBeNull();
    traffic.beforeStep(step('crds', 'definitions', []));
    scene.time += 1000;
    traffic.beforeStep(step('node', 'wave 1 of 2', ['b']));
    play(scene, 2000);
    expect(await traffic.afterWave([])).toContain('UDP a → b (across nodes) had no answer for 2000 ms');
    await traffic.close();

    const { longest, stages } = traffic.disruption() ?? {};
    expect(longest).toMatchObject({ ms: 2000, stage: { title: 'wave 1 of 2' }, changedNodes: ['b'] });
    expect(stages?.map(({ stage, startedAt, endedAt }) => [stage, endedAt - startedAt])).toEqual([
      ['crds', 1000],
      ['node', 10_000],
    ]);
    expect(await scene.client.get(NAMESPACE)).toBeNull();
  });

  test('after a failure nothing stops the way back, and what befalls connections on it is still seen', async () => {
    const scene = new Scene();
    const traffic = trafficOf(scene, 1000);
    await traffic.baseline();
    play(scene, 2000);
    expect(await traffic.afterWave([])).not.toBeNull();

    traffic.beforeStep(step('node', 'back', ['b']));
    play(scene, 3000);
    expect(await traffic.afterWave([])).toBeNull();
    expect(await traffic.afterHop()).toBeNull();
    await traffic.close();

    expect(traffic.disruption()?.longest).toMatchObject({ ms: 3000, stage: { title: 'back' } });
  });

  test('where it cannot begin that is a warning; with a limit to hold, a reason to write nothing', async () => {
    const warnings: string[] = [];
    const without = trafficOf(new Scene((kind) => kind === 'Pod'), null, warnings);

    expect(await without.baseline()).toBeNull();
    expect(await without.afterWave([])).toBeNull();
    await without.close();
    expect(warnings).toEqual([expect.stringContaining('exceeded quota')]);
    expect(without.disruption()).toMatchObject({
      longest: null,
      unmeasured: [expect.stringContaining('quota')],
    });

    const limited = trafficOf(new Scene((kind) => kind === 'Pod'), 1000);
    expect(await limited.baseline()).toContain('max-disruption-ms cannot be kept');
  });

  test('closed before it began, it does nothing', async () => {
    const scene = new Scene();
    const traffic = trafficOf(scene, null);

    await traffic.close();

    expect(traffic.disruption()).toBeNull();
    expect(scene.client.calls).toEqual([]);
  });
});
