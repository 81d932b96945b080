import { describe, expect, test } from '@jest/globals';
import { EnvironmentError } from '../../../src/errors.js';
import type { KubernetesObject, LogOptions } from '../../../src/ports/cluster-client.js';
import { collectDiagnostics, type DiagnosticsOptions } from '../../../src/upgrade/diagnostics/collect.js';
import { BOUNDS } from '../../../src/upgrade/diagnostics/collection.js';
import { openJournal } from '../../../src/upgrade/journal/journal.js';
import {
  createFakeClusterClient,
  type FakeClusterOptions,
  refusal,
} from '../../ports/fake-cluster-client.js';
import { createFakeReportStore, type FakeReportStore } from '../../ports/fake-report-store.js';
import { manifestInstall } from '../preflight/clusters/well-clusters.js';
import { KUBERNETES, OLDER } from '../restore/scene.js';

/** Stands in every place in which somebody may have put one. */
const SECRET = 'hunter2-hunter2';
/** Looks like nothing, but the run knows of it. */
const KNOWN = 'correct horse battery staple';
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';

function pod(name: string, changes: Partial<KubernetesObject> = {}): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'kube-system',
      managedFields: [{ manager: 'kubectl' }],
      annotations: {
        'example.com/token': SECRET,
        'kubectl.kubernetes.io/last-applied-configuration': `{"x":"${SECRET}"}`,
      },
    },
    spec: {
      nodeName: 'worker-1',
      containers: [
        {
          name: 'calico-node',
          image: 'docker.io/calico/node:v3.30.7',
          env: [
            { name: 'DB_PASSWORD', value: SECRET },
            { name: 'PLAIN', value: `https://admin:${SECRET}@etcd:2379` },
            { name: 'FROM', valueFrom: { secretKeyRef: { name: 'etcd', key: 'password' } } },
          ],
          args: ['--token', SECRET, `--password=${SECRET}`, '--v=2'],
          command: ['sh', '-c', `curl -H "Authorization: Bearer ${SECRET}" https://x`],
        },
      ],
      tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists' }],
    },
    status: {
      conditions: [{ type: 'Ready', status: 'False', message: `token ${JWT} expired` }],
      containerStatuses: [
        {
          name: 'calico-node',
          containerID: 'containerd://1',
          restartCount: 4,
          state: { waiting: { reason: 'CrashLoopBackOff', message: `password=${SECRET}` } },
        },
      ],
    },
    ...changes,
  };
}

const EVENT: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'calico-node-a.1', namespace: 'kube-system' },
  type: 'Warning',
  reason: 'BackOff',
  lastTimestamp: '2026-11-27T02:00:00Z',
  involvedObject: { kind: 'Pod', namespace: 'kube-system', name: 'calico-node-a' },
  message: `Back-off restarting failed container, token=${SECRET}`,
};
const metadata = { name: 'calico-etcd-secrets', namespace: 'kube-system' };

function configMap(name: string, data: Readonly<Record<string, string>>): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'kube-system' }, data };
}

const FELIX: KubernetesObject = {
  apiVersion: 'crd.projectcalico.org/v1',
  kind: 'FelixConfiguration',
  metadata: { name: 'default' },
  spec: { mtu: 1400, prometheusSecret: SECRET },
};

function clusterOf(objects: readonly KubernetesObject[] = [], options: Partial<FakeClusterOptions> = {}) {
  return createFakeClusterClient({
    objects: [
      ...manifestInstall(OLDER, KUBERNETES),
      pod('calico-node-a'),
      EVENT,
      FELIX,
      { apiVersion: 'v1', kind: 'Secret', metadata, data: { key: Buffer.from(SECRET).toString('base64') } },
      configMap('calico-extra', { password: SECRET, text: `{"client_secret": "${SECRET}"}`, mtu: '1400' }),
      configMap('theirs', { letter: SECRET }),
      ...objects,
    ],
    logs: ({ previous = false }) =>
      `felix: starting\n${previous ? 'died before' : 'runs now'}\nlogin ok password=${SECRET}\n${KNOWN}\n-----BEGIN PRIVATE KEY-----\n${SECRET}\n`,
    ...options,
  });
}

const sleepLong: DiagnosticsOptions['sleep'] = (_ms, signal) =>
  new Promise((resolve) => signal?.addEventListener('abort', () => resolve()));

async function collect(
  client = clusterOf(),
  changes: Partial<DiagnosticsOptions> = {},
  store = createFakeReportStore(),
): Promise<{ readonly store: FakeReportStore; readonly warnings: readonly string[]; text: string }> {
  const warnings: string[] = [];
  await collectDiagnostics(client, store, {
    folder: 'diagnostics',
    limitMs: 15_000,
    now: Date.now,
    sleep: sleepLong,
    hide: (text) => text.replaceAll(KNOWN, '***'),
    onWarning: (text) => void warnings.push(text),
    ...changes,
  });
  const text = [...store.files.keys()].map((name) => store.text(name)).join('\n');
  return { store, warnings, text };
}

describe('diagnostics', () => {
  test('have the objects, events, logs, nodes and configuration that tell why', async () => {
    const client = clusterOf();
    await openJournal(client, createFakeReportStore(), {
      mode: 'upgrade',
      run: 'here',
      startedAt: '',
      from: 'v3.30.7',
      to: 'v3.31.7',
      bundle: null,
      wayOut: '',
    });
    const { store, warnings } = await collect(client);
    expect(warnings).toEqual([]);
    expect([...store.files.keys()].sort()).toEqual(
      expect.arrayContaining([
        'diagnostics/configuration.json',
        'diagnostics/contents.json',
        'diagnostics/events.json',
        'diagnostics/journal.json',
        'diagnostics/logs/kube-system_calico-node-a_calico-node.log',
        'diagnostics/logs/kube-system_calico-node-a_calico-node_previous.log',
        'diagnostics/nodes.json',
        'diagnostics/pods.json',
        'diagnostics/workloads.json',
      ]),
    );
    const read = (name: string): KubernetesObject[] =>
      JSON.parse(store.text(`diagnostics/${name}`)) as KubernetesObject[];
    const [first] = read('pods.json');
    expect(first?.metadata.name).toBe('calico-node-a');
    expect(JSON.stringify(first)).toContain('"key":"node.kubernetes.io/not-ready"');
    expect(JSON.stringify(first)).toContain('{"name":"etcd","key":"password"}');
    expect(JSON.stringify(first)).not.toContain('managedFields');
    expect(read('events.json')[0]).toMatchObject({
      reason: 'BackOff',
      object: 'Pod kube-system calico-node-a',
    });
    expect(store.text('diagnostics/logs/kube-system_calico-node-a_calico-node.log')).toMatch(
      /^felix: starting\nruns now\nlogin ok password=\*\*\*\n/,
    );
    expect(read('configuration.json')).toContainEqual(
      expect.objectContaining({ kind: 'FelixConfiguration' }),
    );
    expect(read('workloads.json').map(({ kind }) => kind)).toContain('DaemonSet');
    expect(read('journal.json')[0]).toMatchObject({ mode: 'upgrade', to: 'v3.31.7' });
    expect(JSON.parse(store.text('diagnostics/contents.json'))).toMatchObject({ leftOut: [] });
  });

  test('have no secret, wherever one was put, and ask for none', async () => {
    const client = clusterOf();
    const { text } = await collect(client);
    expect(text).toContain('calico-extra');
    for (const secret of [SECRET, KNOWN, JWT, Buffer.from(SECRET).toString('base64')])
      expect(text).not.toContain(secret);
    expect(text).not.toContain('theirs');
    expect(client.calls.filter(({ kind }) => kind === 'Secret')).toEqual([]);
    const written = client.calls.filter(({ verb }) => !['get', 'list', 'logs'].includes(verb));
    expect(written).toEqual([]);
  });

  test('end in time, with what is there by then, and say so', async () => {
    const client = clusterOf([], {
      onCall: async ({ verb }) => {
        if (verb === 'logs') await new Promise(() => undefined);
      },
    });
    const { store } = await collect(client, { sleep: () => new Promise((done) => setTimeout(done, 300)) });
    expect(store.files.has('diagnostics/pods.json')).toBe(true);
    expect(store.text('diagnostics/contents.json')).toContain('Not all could be read in 15 s.');
  });

  test('note what the account may not read, and keep the rest', async () => {
    const client = clusterOf([], {
      onCall: ({ verb, kind }) => {
        if (kind === 'Event' || verb === 'logs') throw refusal(verb, kind, 403, `no ${kind} for you`);
      },
    });
    const { store, warnings } = await collect(client);
    const contents = store.text('diagnostics/contents.json');
    expect(contents).toContain('events.json is not there');
    expect(contents).toContain('calico-node.log is not there');
    expect(store.files.has('diagnostics/pods.json')).toBe(true);
    expect(warnings).toEqual([]);
  });

  test('are bounded, however much there is', async () => {
    const pods = Array.from({ length: 400 }, (_, index) =>
      pod(`calico-node-${index}`, {
        status: { ...(pod('x')['status'] as object), filler: 'x'.repeat(20_000) },
      }),
    );
    const asked: LogOptions[] = [];
    const client = clusterOf(pods, {
      logs: (options) => {
        asked.push(options);
        return `${'y'.repeat(79)}\n`.repeat(6000);
      },
    });
    const { store } = await collect(client);
    const sizes = [...store.files.values()].map(({ length }) => length);
    expect(Math.max(...sizes)).toBeLessThan(BOUNDS.file + 1000);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(BOUNDS.all + 100_000);
    expect(new Set(asked.map(({ pod: name }) => name)).size).toBeLessThanOrEqual(20);
    expect(store.text('diagnostics/contents.json')).toMatch(/pods\.json has \d+ of 4\d\d/);
    expect(store.text('diagnostics/contents.json')).toContain('Logs of 15 of 401 pods');
  }, 30_000);

  test('that cannot be kept are a warning', async () => {
    const store = createFakeReportStore(
      'calico-report',
      new EnvironmentError('The disk is full.', 'Free some.'),
    );
    const { warnings } = await collect(clusterOf(), {}, store);
    expect(warnings).toEqual(['The diagnostics could not be kept: The disk is full. Free some.']);
  });

  test('of a server that does not answer at all are a note', async () => {
    const client = clusterOf([], {
      onCall: ({ verb, kind }) => {
        throw refusal(verb, kind, 500, 'etcd is gone');
      },
    });
    const { store, warnings } = await collect(client);
    expect([...store.files.keys()]).toEqual(['diagnostics/contents.json']);
    expect(warnings).toEqual([]);
  });
});
