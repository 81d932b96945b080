import { describe, expect, test } from '@jest/globals';
import { MONITOR_NAMESPACE } from '../../../src/connectivity/monitor/monitor-objects.js';
import { podsOf, Scene } from './scene.js';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', namespace: null, name: MONITOR_NAMESPACE };
describe('the disruption monitor', () => {
  test('has on each node a pod that asks and one that answers, and takes all away at the end', async () => {
    const scene = new Scene();
    const monitor = await scene.start();

    const pods = await podsOf(scene);
    expect(pods.map(({ metadata }) => metadata.name).toSorted()).toEqual([
      ...['monitor-source-1', 'monitor-source-2', 'monitor-source-3'],
      ...['monitor-target-1', 'monitor-target-2', 'monitor-target-3'],
    ]);
    expect(await monitor.check()).toBeNull();
    const { disruption, warning } = await monitor.stop([]);

    expect(warning).toBeNull();
    expect(disruption).toMatchObject({
      nodes: ['a', 'b', 'c'],
      gaps: [],
      unmeasured: [],
      longest: { ms: 14 },
    });
    expect(disruption.paths).toHaveLength(18);
    expect(await scene.client.get(NAMESPACE)).toBeNull();
  });

  test('a gap that ended is judged once', async () => {
    const scene = new Scene();
    const monitor = await scene.start();
    scene.time += 10_000;
    scene.gaps.set('monitor-source-1 cross-node-udp', `gap ${scene.time - 3000} 2000\n`);

    expect(await monitor.check()).toContain('UDP a → b (across nodes) had no answer for 2000 ms');
    scene.time += 1000;
    expect(await monitor.check()).toBeNull();
  });

  test('a connection without an answer is waited for until it has one, or has had none for too long', async () => {
    const scene = new Scene();
    const monitor = await scene.start(null);
    scene.silent.set('monitor-source-2 service-tcp', scene.time - 500);
    const begun = scene.time;

    expect(await monitor.check()).toContain('TCP b → a (through a Service) had no answer for 30500 ms');
    expect(scene.time - begun).toBe(30_000);
    scene.silent.clear();
    expect(await monitor.check()).toBeNull();
  });

  test('a probe that cannot be read fails a check where there is a limit, and is told at the end', async () => {
    const scene = new Scene();
    const monitor = await scene.start();
    scene.unreadable.add('monitor-source-3');

    expect(await monitor.check()).toContain('The probe on c cannot be read: killed (exit status 137)');
    const { disruption } = await monitor.stop([]);
    expect(disruption.unmeasured).toEqual(['The probe on c cannot be read: killed (exit status 137)']);
    expect(disruption.paths).toHaveLength(12);
  });

  test('an API server that comes back in time is waited for', async () => {
    const scene = new Scene();
    const monitor = await scene.start();
    scene.unreadable.add('monitor-source-3');
    scene.onSleep = () => scene.unreadable.clear();

    expect(await monitor.check()).toBeNull();
  });

  test('a run that is told to stop does not wait for it, and deletes it all the same', async () => {
    const scene = new Scene();
    const monitor = await scene.start();
    scene.unreadable.add('monitor-source-3');
    const begun = scene.time;
    scene.stop.abort();

    const { disruption } = await monitor.stop([]);

    expect(scene.time).toBe(begun);
    expect(disruption.unmeasured).toHaveLength(1);
    expect(await scene.client.get(NAMESPACE)).toBeNull();
  });

  test('where pods may not be made it says why, and leaves nothing', async () => {
    const scene = new Scene((kind) => kind === 'Pod');

    await expect(scene.start()).rejects.toThrow('exceeded quota');
    expect(await scene.client.get(NAMESPACE)).toBeNull();
  });
});
