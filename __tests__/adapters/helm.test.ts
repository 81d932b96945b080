import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findHelm, type HelmOptions } from '../../src/adapters/helm.js';
import { EnvironmentError, PassingError } from '../../src/errors.js';
import type { Helm, HelmMove } from '../../src/ports/helm.js';
import { findProgram } from '../../test-cluster/binaries.js';
import { describeWithCluster } from '../../test-cluster/jest.js';
import { CHART, helmContract, manifestOf } from '../ports/helm-contract.js';
import { startFileServer } from './manifests/file-server.js';
import { hasHelm, runHelm } from '../test-cluster/run-helm.js';

const TOKEN = 'a-token-that-nobody-sees';
const KUBECONFIG = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'a', cluster: { server: 'https://198.51.100.1', 'certificate-authority': 'ca.crt' } }],
  users: [{ name: 'a', user: { token: TOKEN } }],
  contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
  'current-context': 'a',
});
const TO = { name: 'calico', namespace: 'tigera-operator', revision: 3 } as const;

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'helm-test-'));
  for (const name of ['bin', 'temporary']) mkdirSync(join(place, name));
});
afterEach(() => rmSync(place, { recursive: true }));

/** What helm is here: a script. */
function scripted(script: string, options: Partial<HelmOptions> = {}): Helm {
  writeFileSync(join(place, 'bin/helm'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const helm = findHelm({
    kubeconfig: KUBECONFIG,
    context: null,
    directory: '/etc/kubernetes',
    variables: {
      PATH: `${join(place, 'bin')}:/usr/bin:/bin`,
      INPUT_KUBECONFIG: TOKEN,
      HELM_KUBETOKEN: TOKEN,
    },
    temporary: join(place, 'temporary'),
    ...options,
  });
  if (helm === null) throw new Error('not found');
  return helm;
}

const failure = async (helm: Helm): Promise<EnvironmentError> => {
  const error: unknown = await helm.rollback(TO).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(EnvironmentError);
  return error as EnvironmentError;
};
const left = (): readonly string[] => readdirSync(join(place, 'temporary'));

describe('helm', () => {
  it('is null where it is not on PATH, or may not be run', () => {
    writeFileSync(join(place, 'bin/helm'), '', { mode: 0o644 });
    const options = { kubeconfig: '', context: null, directory: '/', temporary: place };
    expect(findHelm({ ...options, variables: { PATH: join(place, 'temporary') } })).toBeNull();
    expect(findHelm({ ...options, variables: { PATH: join(place, 'bin') } })).toBeNull();
    expect(findHelm({ ...options, variables: {} })).toBeNull();
  });

  it('gets a kubeconfig that nobody else may read, and none of this program’s inputs', async () => {
    const seen = join(place, 'seen');
    await scripted(`{ echo "$@"; stat -c %a "$KUBECONFIG"; cat "$KUBECONFIG"; echo; env; } > ${seen}`, {
      context: 'a',
    }).rollback(TO);
    const text = readFileSync(seen, 'utf8');
    const [args, mode, config = ''] = text.split('\n');
    expect(args).toBe('rollback calico 3 --namespace tigera-operator --no-hooks --kube-context a');
    expect(mode).toBe('600');
    expect(JSON.parse(config)).toMatchObject({
      clusters: [{ cluster: { 'certificate-authority': '/etc/kubernetes/ca.crt' } }],
    });
    expect(text).not.toMatch(/INPUT_|HELM_KUBE/);
    expect(left()).toEqual([]);
  });

  it('that fails is told in its words, without a secret, with the command, and leaves no file', async () => {
    const error = await failure(scripted(`echo "Error: bad token ${TOKEN}" >&2; exit 1`));
    expect(error.message).toBe(
      'helm rollback of tigera-operator/calico to revision 3 failed with 1: Error: bad token ***.',
    );
    expect(error.remedy).toContain('helm rollback calico 3 --namespace tigera-operator --no-hooks');
    expect(error.stack).not.toContain(TOKEN);
    expect(left()).toEqual([]);
  });

  it('that does not end is ended, and leaves no file', async () => {
    const error = await failure(scripted('exec sleep 60', { timeoutMs: 200 }));
    expect(error.message).toContain('did not end within 0.2 s');
    expect(error).toBeInstanceOf(PassingError);
    expect(left()).toEqual([]);
  });

  it.each([
    'Kubernetes cluster unreachable: Get "https://10.0.0.1/version": dial tcp 10.0.0.1:443: connect: connection refused',
    'UPGRADE FAILED: query: failed to query with labels: Get "https://10.0.0.1/api": read: connection reset by peer',
    'UPGRADE FAILED: Post "https://10.0.0.1/api/v1/namespaces/a/secrets": EOF',
    'UPGRADE FAILED: unexpected error when reading response body. Original error: unexpected EOF',
    'Get "https://10.0.0.1/version": net/http: TLS handshake timeout',
    'UPGRADE FAILED: Get "https://10.0.0.1/api": http2: client connection lost',
    'UPGRADE FAILED: Internal error occurred: etcdserver: leader changed',
    'Kubernetes cluster unreachable: an error on the server ("unknown") has prevented the request from succeeding',
    'UPGRADE FAILED: the server is currently unable to handle the request',
    'UPGRADE FAILED: Timeout: request did not complete within requested timeout',
    'Too many requests, please try again later.',
  ])('that says “%s” may be told again', async (text) => {
    expect(await failure(scripted(`echo 'Error: ${text}' >&2; exit 1`))).toBeInstanceOf(PassingError);
  });

  it.each([
    'UPGRADE FAILED: secrets is forbidden: User "a" cannot create resource "secrets"',
    'UPGRADE FAILED: admission webhook "policy.example.com" denied the request: no',
    'Kubernetes cluster unreachable: the server has asked for the client to provide credentials',
    'UPGRADE FAILED: "calico" has no deployed releases',
  ])('that says “%s” may not', async (text) => {
    expect(await failure(scripted(`echo 'Error: ${text}' >&2; exit 1`))).not.toBeInstanceOf(PassingError);
  });
});

describe('helm with a chart and values', () => {
  const SECRET = 'a-password-that-nobody-sees';
  const PEM = '-----BEGIN KEY-----\nfirst-line-of-the-key\nsecond-line\n-----END KEY-----';
  const move: HelmMove = {
    ...{ name: 'calico', namespace: 'tigera-operator' },
    chart: { file: 'tigera-operator-v3.31.7.tgz', bytes: Buffer.from('a chart'), from: '/charts/a.tgz' },
    values: { imagePullSecrets: { pull: SECRET }, certs: { node: { key: PEM } }, installation: { x: 1 } },
  };

  it('gets the values by standard input, the chart as a file of its own, and neither stays', async () => {
    const seen = join(place, 'seen');
    const script = `{ echo "$@"; stat -c %a "$3"; cat "$3"; echo; cat; } > ${seen}; ls "$(dirname "$3")" >&2`;
    await scripted(script).upgrade(move);
    const [args = '', mode, chart, values = ''] = readFileSync(seen, 'utf8').split('\n');
    expect(args).toMatch(
      /^upgrade calico \S+\/tigera-operator-v3\.31\.7\.tgz --namespace tigera-operator --no-hooks --reset-values --values -$/,
    );
    expect([mode, chart, JSON.parse(values)]).toEqual(['600', 'a chart', move.values]);
    expect(left()).toEqual([]);
  });

  it.each([
    ['a secret', SECRET],
    ['a secret in base64', Buffer.from(SECRET).toString('base64')],
    ['a line of a key', 'first-line-of-the-key'],
  ])('that says %s is not told so', async (_, text) => {
    const helm = scripted(`cat > /dev/null; echo "Error: cannot take ${text}" >&2; exit 1`);
    for (const call of [helm.upgrade, helm.render]) {
      const error: unknown = await call(move).catch((thrown: unknown) => thrown);
      expect((error as EnvironmentError).message).toContain('failed with 1: Error: cannot take ***');
      expect(inspect(error)).not.toContain(text);
    }
  });

  it.each([
    ['v4.0.1', 'helm upgrade and rollback', true],
    ['v3.18.4', 'neither, as that knows it not', false],
  ])(
    'of a release that is applied server-side, %s forces conflicts with %s',
    async (version, _, isForced) => {
      const seen = join(place, 'seen');
      const helm = scripted(`[ "$1" = version ] && echo ${version} || echo "$@" >> ${seen}`);
      await helm.upgrade({ ...move, isServerSide: true });
      await helm.rollback({ ...TO, isServerSide: true });
      await helm.rollback(TO);
      const forced = readFileSync(seen, 'utf8')
        .split('\n')
        .map((line) => line.includes('--force-conflicts'));
      expect(forced.slice(0, 3)).toEqual([isForced, isForced, false]);
    },
  );

  it('that reads nothing is no reason to fail beside its own', async () => {
    const values = { long: 'x'.repeat(1 << 20) };
    const error: unknown = await scripted('echo "Error: no" >&2; exit 3')
      .upgrade({ ...move, values })
      .catch(String);
    expect(error).toContain('failed with 3: Error: no');
  });

  it('pulls from a repository what it names', async () => {
    const script = 'echo "$*" > "$8/$2-$4.tgz"';
    const chart = await scripted(script).pull('tigera-operator', 'v3.31.7', 'https://charts.example.com');
    expect(chart).toMatchObject({
      file: 'tigera-operator-v3.31.7.tgz',
      from: 'https://charts.example.com/tigera-operator-v3.31.7.tgz',
    });
    expect(Buffer.from(chart.bytes).toString()).toMatch(
      /^pull tigera-operator --version v3\.31\.7 --repo https:\/\/charts\.example\.com --destination /,
    );
  });
});

(hasHelm() ? describe : describe.skip)('the real helm and a repository of charts', () => {
  it('gives the chart of a version', async () => {
    const chart = join(place, 'chart');
    mkdirSync(chart);
    for (const version of ['v3.30.7', 'v3.31.7']) {
      const facts = { apiVersion: 'v2', name: 'tigera-operator', version };
      writeFileSync(join(chart, 'Chart.yaml'), JSON.stringify(facts));
      await runHelm(null, 'package', chart, '--destination', place);
    }
    await runHelm(null, 'repo', 'index', place);
    const server = await startFileServer();
    for (const name of ['index.yaml', 'tigera-operator-v3.30.7.tgz', 'tigera-operator-v3.31.7.tgz']) {
      server.answers.set(`/charts/${name}`, readFileSync(join(place, name)));
    }
    const helm = findHelm({
      kubeconfig: KUBECONFIG,
      context: null,
      directory: '/',
      variables: { PATH: dirname(await findProgram('helm')), HOME: place },
      temporary: join(place, 'temporary'),
    });
    const repository = `${server.url}/charts`;
    const pulled = await helm?.pull('tigera-operator', 'v3.30.7', repository);
    const missing: unknown = await helm?.pull('tigera-operator', 'v3.29.7', repository).catch(String);
    await server.close();
    expect(pulled?.bytes).toEqual(readFileSync(join(place, 'tigera-operator-v3.30.7.tgz')));
    expect(missing).toContain('tigera-operator-v3.29.7.tgz');
    expect(left()).toEqual([]);
  });
});

describeWithCluster('the real helm', { own: true }, (cluster) => {
  (hasHelm() ? describe : describe.skip)('on a real API server', () => {
    helmContract(async () => {
      const namespace = ['--namespace', TO.namespace];
      await runHelm(cluster(), 'uninstall', TO.name, ...namespace, '--ignore-not-found');
      for (const version of ['v3.30.7', 'v3.31.7', CHART.version]) {
        const chart = join(place, version);
        mkdirSync(join(chart, 'templates'), { recursive: true });
        const write = (name: string, text: string): void => writeFileSync(join(chart, name), text);
        write('Chart.yaml', JSON.stringify({ apiVersion: 'v2', ...CHART, version, appVersion: version }));
        const template = { name: '{{ .Release.Name }}', namespace: '{{ .Release.Namespace }}' };
        write('templates/map.yaml', manifestOf({ ...template, values: { color: '{{ .Values.color }}' } }));
        if (version === CHART.version) await runHelm(cluster(), 'package', chart, '--destination', place);
        else
          await runHelm(
            cluster(),
            'upgrade',
            TO.name,
            chart,
            '--install',
            ...namespace,
            '--create-namespace',
          );
      }
      const file = `${CHART.name}-${CHART.version}.tgz`;
      const helm = findHelm({
        kubeconfig: cluster().kubeconfig,
        context: null,
        directory: '/',
        variables: { PATH: dirname(await findProgram('helm')), HOME: place },
        temporary: join(place, 'temporary'),
      });
      if (helm === null) throw new Error('not found');
      return {
        helm,
        chart: { file, bytes: readFileSync(join(place, file)), from: file },
        history: async () => {
          const text = await runHelm(cluster(), 'history', TO.name, ...namespace, '-o', 'json');
          const rows = JSON.parse(text) as readonly { readonly chart: string }[];
          return rows.map(({ chart }) => chart);
        },
      };
    });
  });
});
