import { versionOf } from '../../../src/catalog/queries.js';
import { findPath } from '../../../src/upgrade/path/find-path.js';
import type { UpgradePlan } from '../../../src/upgrade/plan/plan.js';
import { planWaves } from '../../../src/upgrade/waves/plan-waves.js';
import { buildCalico, buildNode, buildState } from '../../cluster/build-state.js';

/** Stands where fields call it a secret. */
export const SECRET = 'hunter2-hunter2';
const daemonSet = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'kube-system', name: 'calico-node' };
const path = findPath(
  { kubernetes: versionOf('v1.31'), calico: versionOf('v3.29.4') },
  { kubernetes: versionOf('v1.31'), calico: versionOf('v3.30.7') },
  {},
);

/** A plan from v3.29.4 to v3.30.7 that one finding stops, with customisations and a secret in it. */
export function buildPlan(nodes = 3): UpgradePlan {
  const all = Array.from({ length: nodes }, (_, index) => buildNode(`node-${index}`));
  const hop = path.kind === 'found' ? path.hops[0] : undefined;
  if (!hop) throw new Error('there is a way from v3.29.4 to v3.30.7');
  return {
    state: buildState({ nodes: all }),
    calico: buildCalico(),
    resume: null,
    verdict: 'blocked',
    summary: 'blocked: Calico v3.29.4 to v3.30.7 in 1 hop, stopped by 1 finding',
    target: { calico: versionOf('v3.30.7'), because: 'It is the newest.' },
    path,
    hops: [
      {
        hop,
        stages: [
          {
            name: 'node',
            summary: 'Moves calico-node.',
            estimateMs: 130_000,
            changes: [
              {
                object: daemonSet,
                action: 'update',
                dryRun: 'accepted',
                note: '',
                fields: [
                  {
                    field: 'spec.template.spec.containers[name=calico-node].image',
                    before: 'a:v3.29.4',
                    after: 'a:v3.30.7',
                  },
                  {
                    field: 'spec.template.spec.containers[name=calico-node].env[name=DB_PASSWORD].value',
                    before: SECRET,
                    after: SECRET,
                  },
                ],
              },
            ],
          },
        ],
        waves: planWaves(all, { canaryNodes: 1, maxUnavailable: { percent: 10 } }),
        choosesNodes: true,
        customisations: [
          {
            object: daemonSet,
            field: 'spec.template.spec.containers[name=calico-node].env[name=TYPHA_TOKEN]',
            upstream: undefined,
            live: { name: 'TYPHA_TOKEN', value: SECRET },
            target: undefined,
            outcome: 'kept',
            reason: null,
          },
          {
            object: daemonSet,
            field: 'spec.x',
            upstream: 1,
            live: 2,
            target: 3,
            outcome: 'conflicting',
            reason: 'Both changed it.',
          },
          {
            object: daemonSet,
            field: 'spec.y',
            upstream: 4,
            live: 5,
            target: 4,
            outcome: 'kept',
            reason: null,
          },
        ],
        upstreamChanges: 7,
        irreversible: [],
        estimateMs: 130_000,
      },
    ],
    findings: [
      {
        code: 'node-not-ready',
        weight: 'skippable',
        message: '1 node is not Ready: <script>alert(1)</script>.',
        remedy: 'Repair it.',
        evidence: [
          {
            object: { apiVersion: 'v1', kind: 'Node', namespace: null, name: 'n' },
            field: 'status',
            value: 'x',
          },
        ],
        more: 0,
        source: 'https://example.com/why',
      },
    ],
    images: [
      {
        image: 'docker.io/calico/node:v3.30.7',
        release: versionOf('v3.30.7'),
        usedBy: ['DaemonSet calico-node'],
        onNodes: 1,
      },
    ],
    missingRules: [{ apiGroups: ['apps'], resources: ['daemonsets'], verbs: ['patch'] }],
  };
}
