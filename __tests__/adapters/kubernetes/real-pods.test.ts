import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import type { ClusterClient, ExecOptions, ExecResult } from '../../../src/ports/cluster-client.js';
import { type FaultProxy, startFaultProxy } from '../../../test-cluster/fault-proxy/fault-proxy.js';
import { describeWithCluster } from '../../../test-cluster/jest.js';
import { clusterErrorOf } from '../../ports/cluster-client-contract.js';
import { eventually } from '../../test-cluster/eventually.js';
import {
  agnhostOn,
  createPod,
  createScene,
  podThat,
  runAgnhost,
  type Scene,
} from '../../test-cluster/real-nodes/scene.js';
import { createQuickClient } from './quick-client.js';

const MEGABYTE = 1024 * 1024;

describeWithCluster('pods of real nodes', { realNodes: 2 }, (cluster) => {
  let scene: Scene;
  let proxy: FaultProxy;
  const clients: Record<string, ClusterClient> = {};

  beforeAll(async () => {
    scene = await createScene(cluster());
    proxy = await startFaultProxy({ kubeconfig: cluster().kubeconfig, seed: 3 });
    clients['directly'] = scene.client;
    clients['through the fault proxy'] = await createClusterClient(proxy.kubeconfig, null);
    await Promise.all([runAgnhost(scene, 'shell', 'real-1'), restartedPod(scene, 'speaker')]);
  }, 180_000);

  afterEach(() => proxy.heal());

  afterAll(() => proxy.stop());

  const asked = (command: readonly string[], over: Partial<ExecOptions> = {}): ExecOptions => ({
    namespace: scene.namespace,
    pod: 'shell',
    container: 'main',
    command,
    timeoutMs: 20_000,
    ...over,
  });

  describe.each(['directly', 'through the fault proxy'])('%s', (way) => {
    const client = (): ClusterClient => clients[way] ?? scene.client;
    const run = (...command: readonly string[]): Promise<ExecResult> => client().exec(asked(command));
    const shell = (script: string): Promise<ExecResult> => run('sh', '-c', script);

    test('a command gives what it wrote to either stream', async () => {
      expect(await shell('echo out; echo err >&2; printf "no line end ü"')).toEqual({
        exitCode: 0,
        stdout: 'out\nno line end ü',
        stderr: 'err\n',
      });
    });

    test.each([1, 3, 127, 137, 255])('a command that ends with %i is no error', async (exitCode) => {
      expect(await shell(`echo so far; exit ${exitCode}`)).toMatchObject({ exitCode, stdout: 'so far\n' });
    });

    test('arguments arrive as they are', async () => {
      const words = ['a b', '$HOME', '"\'', 'ü&=%20', ''];
      const { stdout } = await run('sh', '-c', 'printf "<%s>" "$@"', 'sh', ...words);
      expect(stdout).toBe(words.map((word) => `<${word}>`).join(''));
    });

    test('a megabyte arrives whole', async () => {
      const { stdout, exitCode } = await shell(`yes 0123456 | head -c ${MEGABYTE}`);
      expect(exitCode).toBe(0);
      expect(stdout).toBe('0123456\n'.repeat(MEGABYTE / 8));
    });

    test('a command that is not there is an error that names it', async () => {
      const error = await clusterErrorOf(run('no-such-command'));
      expect(error).toMatchObject({ verb: 'exec', resource: `Pod ${scene.namespace}/shell`, status: 500 });
      expect(error.message).toContain('"no-such-command": executable file not found in $PATH');
    });

    test('a command that does not end in its time is an error, soon', async () => {
      const startedAt = performance.now();
      const error = await clusterErrorOf(client().exec(asked(['sleep', '30'], { timeoutMs: 1000 })));
      expect(error.message).toContain('the command did not end within 1 s');
      expect(performance.now() - startedAt).toBeLessThan(10_000);
    });

    test('a command that is given up is an error at once', async () => {
      const signal = AbortSignal.timeout(500);
      const error = await clusterErrorOf(client().exec(asked(['sleep', '30'], { signal })));
      expect(error.message).toContain('the request was given up');
    });

    test('a container that is not there is an error that says which there are', async () => {
      const error = await clusterErrorOf(client().exec(asked(['true'], { container: 'other' })));
      expect(error).toMatchObject({ status: 400 });
      expect(error.message).toContain('container other is not valid for pod shell');
    });

    test('several commands run at once', async () => {
      const numbers = [1, 2, 3, 4, 5, 6];
      const results = await Promise.all(numbers.map((number) => shell(`sleep 0.2; echo ${number}`)));
      expect(results.map(({ stdout }) => Number(stdout))).toEqual(numbers);
    });

    describe('logs', () => {
      const logs = (options: object = {}): Promise<string> =>
        client().logs({ namespace: scene.namespace, pod: 'speaker', container: 'main', ...options });

      test('are those of the container that runs, and of the one before', async () => {
        expect(await logs()).toBe(linesOf('second'));
        expect(await logs({ previous: true })).toBe(linesOf('first'));
      });

      test('end with the last lines where these are asked for', async () => {
        expect(await logs({ tailLines: 2 })).toBe('line 4 of second\nline 5 of second\n');
        expect(await logs({ previous: true, tailLines: 1 })).toBe('line 5 of first\n');
        expect(await logs({ tailLines: 0 })).toBe('');
      });

      test('end after so many bytes', async () => {
        expect(await logs({ limitBytes: 10 })).toBe('line 1 of ');
      });

      test('of a container that never ran before are an error', async () => {
        const error = await clusterErrorOf(logs({ pod: 'shell', previous: true }));
        expect(error).toMatchObject({ verb: 'logs', status: 400 });
        expect(error.message).toContain('previous terminated container "main" in pod "shell" not found');
      });
    });
  });

  describe('faults on the way', () => {
    let quick: ClusterClient;

    beforeAll(async () => {
      quick = await createQuickClient(proxy.kubeconfig, { silenceMs: 5000, patience: { totalMs: 5000 } });
    });

    /** Counts how often it was run. */
    const count = (): Promise<ExecResult> =>
      quick.exec(asked(['sh', '-c', 'echo run >> /runs-of-test; wc -l < /runs-of-test']));
    const timesRun = async (): Promise<number> => {
      const { stdout } = await scene.client.exec(asked(['sh', '-c', 'cat /runs-of-test | wc -l']));
      return Number(stdout);
    };

    test('a command that was refused is run once all the same', async () => {
      const before = await timesRun();
      proxy.add({ match: { verb: 'connect' }, times: 2, fault: { kind: 'status', status: 429 } });
      expect(await count()).toMatchObject({ exitCode: 0, stdout: `${before + 1}\n` });
    });

    test('a command whose connection broke may have run, is said to, and is not run again', async () => {
      const before = await timesRun();
      proxy.add({ match: { verb: 'connect' }, nth: 1, fault: { kind: 'reset', at: 'after' } });
      const error = await clusterErrorOf(count());
      expect(error.message).toContain('Whether it was carried out is not known.');
      expect(await timesRun()).toBeLessThanOrEqual(before + 1);
      expect(proxy.seen.requests().at(-1)).toMatchObject({ verb: 'connect', fault: 'reset' });
    });

    test('a line that is cut breaks a command that runs', async () => {
      const running = clusterErrorOf(quick.exec(asked(['sleep', '30'])));
      await eventually(() => Promise.resolve(proxy.seen.requests().at(-1)?.status === 101 ? true : null));
      proxy.cutAtWrite(1, 'before');
      const { namespace } = scene;
      await clusterErrorOf(
        quick.patch(
          { apiVersion: 'v1', kind: 'Pod', namespace, name: 'shell' },
          { type: 'merge', body: { metadata: { labels: { never: 'set' } } } },
          { fieldManager: 'test' },
        ),
      );
      expect((await running).message).toContain('the connection ended before the command');
    });

    test.each(['reset', 'half', 'status'] as const)('logs that end in %s are read again', async (kind) => {
      const fault = { reset: { kind, at: 'after' }, half: { kind }, status: { kind, status: 503 } }[kind];
      proxy.add({ match: { subresource: 'log' }, nth: 1, fault: fault as never });
      const text = await quick.logs({ namespace: scene.namespace, pod: 'speaker', container: 'main' });
      expect(text).toBe(linesOf('second'));
    });
  });
});

function linesOf(run: string): string {
  return [1, 2, 3, 4, 5].map((line) => `line ${line} of ${run}\n`).join('');
}

/** A pod whose container has ended once, and runs for the second time. */
async function restartedPod(scene: Scene, name: string): Promise<void> {
  const script = [
    'run=first; [ -e /shared/ran ] && run=second; touch /shared/ran',
    'for i in 1 2 3 4 5; do echo "line $i of $run"; done',
    '[ $run = first ] && exit 1',
    'sleep 3600',
  ];
  const { containers, ...spec } = agnhostOn('real-2') as {
    containers: readonly { name: string; image: string }[];
  };
  const [{ name: container, image } = { name: '', image: '' }] = containers;
  const volumeMounts = [{ name: 'shared', mountPath: '/shared' }];
  await createPod(scene, name, {
    ...spec,
    containers: [{ name: container, image, command: ['sh', '-c', script.join('\n')], volumeMounts }],
    volumes: [{ name: 'shared', emptyDir: {} }],
  });
  await podThat(scene, name, ({ restarts, isReady }) => restarts === 1 && isReady);
}
