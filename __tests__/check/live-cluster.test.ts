import { describe, expect, test } from '@jest/globals';
import picomatch from 'picomatch';
import { versionOf } from '../../src/catalog/queries.js';
import type { LiveCluster } from '../../src/check/live-cluster.js';
import { type CheckOptions, runCheck } from '../../src/check/run-check.js';
import { parsePolicy } from '../../src/policy/parse-policy.js';
import type { PullRequest } from '../../src/ports/pull-request.js';
import { buildCheckReport } from '../../src/report/check-report.js';
import type { Report } from '../../src/report/report.js';
import { createFakePullRequest } from '../ports/fake-pull-request.js';
import { createFakeWorkspace } from '../ports/fake-workspace.js';

type Tree = Readonly<Record<string, string>>;

function live(
  kubernetes: string,
  calico: readonly string[] = [],
  names = ['admin@prod', 'prod'],
): LiveCluster {
  return { names, kubernetes: versionOf(kubernetes), calico: calico.map(versionOf), install: 'manifest' };
}

async function check(
  tree: Tree,
  cluster: LiveCluster | null,
  over: Partial<CheckOptions> & { readonly pullRequest?: PullRequest; readonly policyText?: string } = {},
): Promise<Report> {
  const { pullRequest = null, policyText = '', ...rest } = over;
  const outcome = await runCheck(createFakeWorkspace(tree), pullRequest, {
    directory: '',
    isExcluded: () => false,
    isIncluded: null,
    policy: parsePolicy('policy.yml', policyText),
    matchGlob: (glob, path) => picomatch.isMatch(path, glob),
    kubernetes: null,
    failOn: 'error',
    today: '2026-01-01',
    live: cluster,
    ...rest,
  });
  return buildCheckReport(outcome);
}

/** Pairs as `cluster: kubernetes + calico support`, what runs in brackets. */
function pairsOf({ pairs }: Report): readonly string[] {
  return pairs.map(({ cluster, kubernetes, calico, support, live: sides, kubernetesAt, calicoAt }) => {
    expect([kubernetesAt === null, calicoAt === null]).toEqual([
      sides.includes('kubernetes'),
      sides.includes('calico'),
    ]);
    const show = (side: 'kubernetes' | 'calico', text: string): string =>
      sides.includes(side) ? `(${text})` : text;
    return `${cluster}: ${show('kubernetes', kubernetes)} + ${show('calico', calico)} ${support}`;
  });
}

/** Errors and warnings about pairs, with the line that they are on. */
function findingsOf({ findings }: Report): readonly string[] {
  return findings
    .filter(({ code }) => /^pair-|^upgrade-order|^live-|^kubernetes-|^policy-below/.test(code))
    .map(({ code, path, line, isNew }) => `${code} ${path}:${line}${isNew ? '' : ' old'}`);
}

const calico = (version: string): string => `calico_version: ${version}\n`;
const kubernetes = (version: string): string => `kubernetes_version: ${version}\n`;
const modified = (path: string, base: Tree): PullRequest =>
  createFakePullRequest({ files: [{ path, previousPath: null, status: 'modified' }], base });

describe('what the files leave out, the live cluster completes', () => {
  test('Calico of the files with the Kubernetes that runs, on the line of Calico', async () => {
    const report = await check({ 'vars.yml': calico('v3.28.2') }, live('v1.33.4', ['v3.28.2']));
    expect(pairsOf(report)).toEqual(['vars.yml: (v1.33.4) + v3.28.2 untested']);
    expect(findingsOf(report)).toEqual(['pair-untested vars.yml:1']);
    expect(report.findings[0]?.message).toContain('Kubernetes v1.33.4 (the live cluster)');
    expect(report.clusters).toMatchObject([{ kubernetes: ['v1.33.4'], calico: ['v3.28.2'] }]);
    expect(report.result).toBe('failed');
  });

  test('Kubernetes of the files with the Calico that runs, on the line of Kubernetes', async () => {
    const report = await check({ 'vars.yml': kubernetes('v1.34.0') }, live('v1.30.4', ['v3.28.2']));
    expect(pairsOf(report)).toEqual([
      'vars.yml: v1.34.0 + (v3.28.2) untested',
      'vars.yml: (v1.30.4) + (v3.28.2) tested',
    ]);
    expect(findingsOf(report)).toEqual(['pair-untested vars.yml:1']);
    expect(report.findings[0]?.message).toContain('while this Calico runs in the live cluster');
  });

  test('what runs, where the files say neither, stands in no file', async () => {
    const report = await check({}, live('v1.33.4', ['v3.28.2']));
    expect(pairsOf(report)).toEqual(['admin@prod: (v1.33.4) + (v3.28.2) untested']);
    expect(findingsOf(report)).toEqual(['pair-untested :0']);
    expect(report.findings[0]).toMatchObject({ path: '', line: 0, column: 0, cluster: 'admin@prod' });
  });

  test('without Calico in the cluster only its Kubernetes counts', async () => {
    expect(pairsOf(await check({ 'vars.yml': calico('v3.31.7') }, live('v1.33.4')))).toEqual([
      'vars.yml: (v1.33.4) + v3.31.7 tested',
    ]);
  });

  test('and without a live cluster nothing changes', async () => {
    const report = await check({ 'vars.yml': calico('v3.31.7') }, null);
    expect(pairsOf(report)).toEqual([]);
    expect(findingsOf(report)).toEqual(['kubernetes-unknown vars.yml:1']);
  });
});

describe('where the files say both', () => {
  test('what they say is what runs: one pair', async () => {
    const tree = { 'vars.yml': kubernetes('v1.33.0') + calico('v3.31.7') };
    expect(pairsOf(await check(tree, live('v1.33.4', ['v3.31.7'])))).toEqual(['.: v1.33.0 + v3.31.7 tested']);
  });

  test('Calico moves: it has to fit the Kubernetes that runs, and what runs is a pair too', async () => {
    const tree = { 'vars.yml': kubernetes('v1.33.0') + calico('v3.31.7') };
    const report = await check(tree, live('v1.33.4', ['v3.28.2']));
    expect(pairsOf(report)).toEqual(['.: v1.33.0 + v3.31.7 tested', '.: (v1.33.4) + (v3.28.2) untested']);
    expect(findingsOf(report)).toEqual(['pair-untested :0']);
  });

  test.each([
    { now: ['v1.32.4', 'v3.29.7'], next: ['v1.34.0', 'v3.31.7'], first: 'Calico v3.31.7', line: 1 },
    { now: ['v1.33.4', 'v3.30.7'], next: ['v1.34.0', 'v3.32.1'], first: 'Kubernetes v1.34.0', line: 2 },
  ] as const)('both move, and one order works: $first first', async ({ now, next, first, line }) => {
    const tree = { 'vars.yml': kubernetes(next[0]) + calico(next[1]) };
    const report = await check(tree, live(now[0], [now[1]]));
    expect(pairsOf(report)).toHaveLength(4);
    expect(findingsOf(report)).toEqual([`upgrade-order vars.yml:${line}`]);
    expect(report.findings.find(({ code }) => code === 'upgrade-order')?.remedy).toContain(
      `Roll ${first} out first`,
    );
    expect(report.result).toBe('passed');
  });

  test('both move, and no order works: errors on both lines', async () => {
    const tree = { 'vars.yml': kubernetes('v1.34.0') + calico('v3.32.1') };
    const report = await check(tree, live('v1.28.4', ['v3.28.2']));
    expect(findingsOf(report)).toEqual(['pair-untested vars.yml:1', 'pair-untested vars.yml:2']);
  });

  test('an upgrade that is under way has more than one release', async () => {
    const tree = { 'vars.yml': kubernetes('v1.33.0') + calico('v3.31.7') };
    expect(pairsOf(await check(tree, live('v1.33.4', ['v3.30.7', 'v3.31.7'])))).toEqual([
      '.: v1.33.0 + v3.31.7 tested',
      '.: (v1.33.4) + (v3.30.7) tested',
    ]);
  });

  test('the input kubernetes-version goes before the files and before what runs', async () => {
    const tree = { 'vars.yml': kubernetes('v1.33.0') + calico('v3.31.7') };
    const report = await check(tree, live('v1.33.4', ['v3.28.2']), { kubernetes: versionOf('v1.35') });
    expect(report.pairs.map((pair) => `${pair.kubernetes} ${pair.calico}`)).toEqual([
      'v1.35 v3.31.7',
      'v1.35 v3.28.2',
    ]);
    expect(report.pairs.map(({ live: sides }) => sides)).toEqual([[], ['calico']]);
  });
});

describe('which cluster of the files it is', () => {
  const two = {
    'clusters/prod/vars.yml': calico('v3.31.7'),
    'clusters/dev/vars.yml': kubernetes('v1.33.0') + calico('v3.31.7'),
  };

  test.each([
    ['the context’s name', ['prod', 'x']],
    ['the name of the context’s cluster', ['admin@x', 'prod']],
  ])('by %s', async (_, names) => {
    expect(pairsOf(await check(two, live('v1.34.1', ['v3.31.7'], names)))).toEqual([
      'dev: v1.33.0 + v3.31.7 tested',
      'prod: (v1.34.1) + v3.31.7 tested',
    ]);
  });

  test('by the name that the policy gives to paths', async () => {
    const policyText = 'clusters:\n  - name: arn:aws:eks:eu-1:1:cluster/x\n    paths: ["clusters/prod/**"]\n';
    const report = await check(two, live('v1.34.1', ['v3.31.7'], ['arn:aws:eks:eu-1:1:cluster/x']), {
      policyText,
    });
    expect(pairsOf(report)).toContain('arn:aws:eks:eu-1:1:cluster/x: (v1.34.1) + v3.31.7 tested');
    expect(findingsOf(report)).toEqual([]);
  });

  test('none of several: it is judged by itself, and a notice says how to put it to one', async () => {
    const report = await check(two, live('v1.34.1', ['v3.28.2'], ['kind-x']));
    expect(pairsOf(report)).toContain('kind-x: (v1.34.1) + (v3.28.2) untested');
    expect(pairsOf(report)).not.toContain('prod: (v1.34.1) + v3.31.7 tested');
    expect(findingsOf(report)).toContain('live-cluster-unmapped :0');
    expect(report.findings.find(({ code }) => code === 'live-cluster-unmapped')).toMatchObject({
      severity: 'notice',
      message: expect.stringContaining('dev, prod'),
      remedy: expect.stringContaining('name: "kind-x"'),
    });
  });

  test('one that the policy knows and that was not scanned is no other', async () => {
    const report = await check({ 'vars.yml': calico('v3.31.7') }, live('v1.34.1', ['v3.31.7']), {
      policyText: 'clusters:\n  - name: prod\n    paths: ["elsewhere/**"]\n',
    });
    expect(pairsOf(report)).toEqual(['admin@prod: (v1.34.1) + (v3.31.7) tested']);
    expect(findingsOf(report)).toContain('kubernetes-unknown vars.yml:1');
  });

  test('a workflow’s cluster is never it', async () => {
    const workflow =
      'jobs:\n  e2e:\n    steps:\n      - run: kind create cluster --image kindest/node:v1.33.0\n';
    const report = await check(
      { 'vars.yml': calico('v3.31.7'), '.github/workflows/e2e.yml': workflow },
      live('v1.34.1', ['v3.31.7']),
    );
    expect(pairsOf(report)).toContain('vars.yml: (v1.34.1) + v3.31.7 tested');
  });
});

describe('on a pull request', () => {
  test('a Calico that does not fit the Kubernetes that runs fails it', async () => {
    const report = await check({ 'vars.yml': calico('v3.28.2') }, live('v1.33.4', ['v3.31.7']), {
      pullRequest: modified('vars.yml', { 'vars.yml': calico('v3.31.7') }),
    });
    expect(findingsOf(report)).toEqual(['pair-untested vars.yml:1']);
    expect(report.result).toBe('failed');
  });

  test('what runs already does not fail the pull request that repairs it', async () => {
    const head = { 'vars.yml': kubernetes('v1.33.0') + calico('v3.31.7') };
    const report = await check(head, live('v1.33.4', ['v3.28.2']), {
      pullRequest: modified('vars.yml', { 'vars.yml': kubernetes('v1.33.0') + calico('v3.28.2') }),
    });
    expect(findingsOf(report)).toEqual(['pair-untested :0 old']);
    expect(report.result).toBe('passed');
  });
});

describe('the policy', () => {
  const policyText =
    'calico_version_matrix:\n  "1.34":\n    minimum_version: v3.31.0\n  "1.33":\n    minimum_version: v3.30.0\n';

  test('counts for what runs', async () => {
    const report = await check({}, live('v1.34.1', ['v3.30.7']), { policyText });
    expect(findingsOf(report)).toContain('policy-below-minimum :0');
    expect(report.findings.find(({ code }) => code === 'policy-below-minimum')?.message).toContain(
      'Calico v3.30.7 of the live cluster',
    );
  });

  test('and not for a pair that the cluster only passes through', async () => {
    const tree = { 'vars.yml': kubernetes('v1.34.0') + calico('v3.31.7') };
    expect(findingsOf(await check(tree, live('v1.33.4', ['v3.30.7']), { policyText }))).not.toContain(
      'policy-below-minimum vars.yml:1',
    );
  });
});
