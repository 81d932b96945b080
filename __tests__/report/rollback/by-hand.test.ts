import { describe, expect, it } from '@jest/globals';
import { byHand, type ByHand, byHandLines } from '../../../src/report/rollback/by-hand.js';
import { renderRollbackHtml } from '../../../src/report/rollback/rollback-pages.js';
import { renderRollbackSummary } from '../../../src/report/rollback/rollback-summary.js';
import { renderRollbackTerminal } from '../../../src/report/rollback/rollback-terminal.js';
import { wayBack } from '../../../src/report/run/way-back.js';
import type { KubernetesObject, ObjectReference } from '../../../src/ports/cluster-client.js';
import type { Step } from '../../../src/upgrade/engine/step.js';
import type { RestoreItem } from '../../../src/upgrade/restore/restore-item.js';
import type { RollbackOutcome } from '../../../src/upgrade/restore/run-rollback.js';
import { readElements } from '../read-markup.js';
import {
  buildFailed,
  buildItem,
  buildPlan,
  buildReport,
  buildResult,
  LINKS,
  TERMINAL,
} from './build-rollback.js';

const PLACE = { repository: 'team/clusters', runId: '7', hasKey: true, context: null };
const IN_ARTIFACT = wayBack({ artifact: 'calico-backup-7', directory: '/runner/b' }, PLACE);
const IN_DIRECTORY = wayBack({ artifact: null, directory: "/b/it's" }, { ...PLACE, context: 'prod' });

function referTo(apiVersion: string, kind: string, name: string, namespace: string | null): ObjectReference {
  return { apiVersion, kind, namespace, name };
}

const ROLE = referTo('rbac.authorization.k8s.io/v1', 'ClusterRole', 'calico-node', null);
const CONFIG = referTo('v1', 'ConfigMap', 'calico-config', 'kube-system');
const NODE = referTo('apps/v1', 'DaemonSet', 'calico-node', 'kube-system');
const POLICY = referTo('networking.k8s.io/v1', 'NetworkPolicy', 'whisker', 'kube-system');
const SECRET = referTo('v1', 'Secret', 'typha-certs', 'kube-system');

function savedAs({ apiVersion, kind, name }: ObjectReference, more: object = {}): KubernetesObject {
  return { apiVersion, kind, metadata: { name, uid: 'u', resourceVersion: '1', ...more } };
}

function stepOf(title: string, ...objects: readonly ObjectReference[]): Step {
  const writes = objects.map((object) => ({ kind: 'object', object, before: null, after: null }) as const);
  return { stage: 'node', title, writes, wave: null, gates: [] };
}

function failedAfter(done: readonly string[], items: readonly RestoreItem[]): RollbackOutcome {
  const failed = buildFailed();
  const plan = buildPlan();
  const saved = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'calico-node', namespace: 'kube-system' },
  };
  const node = { saved, live: null, nodes: [], hasStalePods: true };
  const steps = [
    stepOf('rules of both', ROLE),
    stepOf('configuration', CONFIG, SECRET),
    stepOf('calico-node', NODE),
    stepOf('rules as they were', ROLE, POLICY),
  ];
  return {
    ...failed,
    plan: { ...plan, verdict: 'ready', steps, restoration: { ...plan.restoration, items, node } },
    results: done.map((title) => buildResult({ title })),
  };
}

const ITEMS = [
  buildItem({ object: POLICY, action: 'delete' }),
  buildItem({ object: ROLE }),
  buildItem({ object: NODE, saved: savedAs(NODE) }),
  buildItem({ object: CONFIG, action: 'create', saved: savedAs(CONFIG, { finalizers: ['a/b'] }) }),
  buildItem({ object: SECRET, action: 'create' }),
  buildItem({ object: { ...CONFIG, name: 'mine' }, action: 'keep' }),
];

/** A JSON patch. */
function removing(...paths: readonly string[]): string {
  return JSON.stringify(paths.map((path) => ({ op: 'remove', path })));
}

function objectsOf(told: ByHand | null): readonly string[] | undefined {
  return told?.steps.map(({ object }) => object);
}

describe('what is left to be done by hand of a rollback that failed', () => {
  it('is each object that it had to write, in the order of the steps, with its file and its command', () => {
    const told = byHand(failedAfter([], ITEMS), IN_ARTIFACT);
    expect(told?.bundle).toBe(
      'Fetch the bundle first: gh run download 7 --repo team/clusters --name calico-backup-7 --dir backup',
    );
    expect(told?.steps).toEqual([
      {
        object: 'ConfigMap kube-system/calico-config',
        file: 'objects/core_v1_configmaps/kube-system/calico-config.json',
        command: `kubectl patch --local -f backup/objects/core_v1_configmaps/kube-system/calico-config.json --type=json -p '${removing('/metadata/uid', '/metadata/resourceVersion', '/metadata/finalizers')}' -o json | kubectl create -f -`,
      },
      {
        object: 'DaemonSet kube-system/calico-node',
        file: 'objects/apps_v1_daemonsets/kube-system/calico-node.json',
        command: `kubectl patch --local -f backup/objects/apps_v1_daemonsets/kube-system/calico-node.json --type=json -p '${removing('/metadata/uid', '/metadata/resourceVersion')}' -o json | kubectl replace -f -`,
      },
      {
        object: 'NetworkPolicy kube-system/whisker',
        file: null,
        command: 'kubectl delete networkpolicies.v1.networking.k8s.io whisker -n kube-system',
      },
      expect.objectContaining({ object: 'ClusterRole calico-node' }) as unknown,
    ]);
  });

  it('leaves out what is done, and not what a later step writes once more', () => {
    const told = byHand(failedAfter(['rules of both', 'configuration'], ITEMS), IN_ARTIFACT);
    expect(objectsOf(told)).toEqual([
      'DaemonSet kube-system/calico-node',
      'NetworkPolicy kube-system/whisker',
      'ClusterRole calico-node',
    ]);
  });

  it('says how pods that wait are made anew node by node, and where Secrets are', () => {
    const { notes = [] } = byHand(failedAfter([], ITEMS), IN_ARTIFACT) ?? {};
    expect(notes[0]).toContain(
      'Where that is OnDelete, they are made anew node by node: kubectl -n kube-system',
    );
    expect(notes[1]).toBe('Secret kube-system/typha-certs: encrypted in backup/secrets.age (age --decrypt).');
  });

  it('names the directory and the context, quoted for a shell', () => {
    const told = byHand(failedAfter([], ITEMS), IN_DIRECTORY);
    expect(told?.bundle).toBe("The bundle is the directory /b/it's.");
    expect(told?.steps[1]?.command).toMatch(
      / -f '\/b\/it'\\''s\/objects\/.*' --type=json .* \| kubectl --context prod replace -f -$/,
    );
  });

  it('is nothing where it is done, or only its last look failed', () => {
    const all = ['rules of both', 'configuration', 'calico-node', 'rules as they were'];
    expect(byHand(failedAfter(all, ITEMS), IN_ARTIFACT)).toBeNull();
    expect(byHand({ ...failedAfter([], ITEMS), ended: 'done' }, IN_ARTIFACT)).toBeNull();
  });

  it('is bounded, and counts what is left out', () => {
    const items = Array.from({ length: 500 }, (_, index) =>
      buildItem({ object: { ...CONFIG, name: `c${index}` } }),
    );
    const told = byHand(failedAfter([], items), IN_ARTIFACT);
    expect([told?.steps.length, told?.more]).toEqual([200, 300]);
    expect(byHandLines(told!).join('\n')).toContain('and 300 more objects');
  });

  it('is to be unfolded in the summary and on the page, and stands on a terminal and in report.json', () => {
    const options = { mode: 'rollback', result: 'rollback-failed', again: IN_ARTIFACT } as const;
    const report = buildReport(failedAfter([], ITEMS), options);
    expect(report.byHand?.steps).toHaveLength(4);
    const summary = renderRollbackSummary(report, LINKS);
    expect(summary).toContain(
      '<details><summary>By hand: what is not yet as the bundle has it (4)</summary>',
    );
    const page = renderRollbackHtml(report);
    readElements(page.replace(/^<!doctype html>/, ''));
    for (const form of [summary, page, renderRollbackTerminal(report, TERMINAL)]) {
      expect(form).toContain('kubectl delete networkpolicies.v1.networking.k8s.io whisker -n kube-system');
      expect(form).toContain('gh run download 7');
    }
  });
});
