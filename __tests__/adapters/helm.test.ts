import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findHelm, type HelmOptions } from '../../src/adapters/helm.js';
import { EnvironmentError } from '../../src/errors.js';
import type { Helm } from '../../src/ports/helm.js';
import { findProgram } from '../../test-cluster/binaries.js';
import { describeWithCluster } from '../../test-cluster/jest.js';
import { helmContract } from '../ports/helm-contract.js';
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
    expect(left()).toEqual([]);
  });
});

describeWithCluster('the real helm', { own: true }, (cluster) => {
  (hasHelm() ? describe : describe.skip)('on a real API server', () => {
    helmContract(async () => {
      const namespace = ['--namespace', TO.namespace];
      await runHelm(cluster(), 'uninstall', TO.name, ...namespace, '--ignore-not-found');
      for (const version of ['3.30.7', '3.31.7']) {
        const chart = join(place, version);
        mkdirSync(join(chart, 'templates'), { recursive: true });
        writeFileSync(
          join(chart, 'Chart.yaml'),
          JSON.stringify({ apiVersion: 'v2', name: 'tigera-operator', version }),
        );
        writeFileSync(
          join(chart, 'templates/map.yaml'),
          JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { version } }),
        );
        await runHelm(cluster(), 'upgrade', TO.name, chart, '--install', ...namespace, '--create-namespace');
      }
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
        history: async () => {
          const text = await runHelm(cluster(), 'history', TO.name, ...namespace, '-o', 'json');
          const rows = JSON.parse(text) as readonly { readonly chart: string }[];
          return rows.map(({ chart }) => chart);
        },
      };
    });
  });
});
