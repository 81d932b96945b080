import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { refusalOf } from '../../../src/upgrade/plan/refusal.js';
import { object } from '../preflight/build-input.js';

const PLANNED: readonly KubernetesObject[] = [
  object('v1', 'Namespace', 'calico-system'),
  object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'tiers.crd.projectcalico.org', {
    spec: { group: 'crd.projectcalico.org', names: { kind: 'Tier' } },
  }),
];
const forbidden = (what: string): string =>
  `The API server refused to apply DaemonSet kube-system/calico-node: HTTP 403: daemonsets.apps "calico-node" is forbidden: ${what}.`;

describe('why a dry run was not accepted', () => {
  test.each([
    [
      'the account may not',
      403,
      forbidden(
        'User "planner" cannot patch resource "daemonsets" in API group "apps" in the namespace "kube-system"',
      ),
      'permission',
    ],
    [
      'the account may not give such rules',
      403,
      'HTTP 403: clusterroles "x" is forbidden: user "planner" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held',
      'permission',
    ],
    [
      'Pod Security forbids it',
      403,
      forbidden('violates PodSecurity "restricted:latest": host namespaces'),
      'refused',
    ],
    ['a quota forbids it', 403, forbidden('exceeded quota: pods'), 'refused'],
    [
      'a webhook forbids it',
      403,
      'HTTP 403: admission webhook "validate.x" denied the request: unsigned image',
      'refused',
    ],
    ['a value is invalid', 422, 'HTTP 422: DaemonSet.apps "calico-node" is invalid: spec.x', 'refused'],
    ['a field cannot be changed', 422, 'HTTP 422: field is immutable', 'refused'],
    [
      'a kind that nobody serves',
      404,
      'the server does not know the kind Cattle (ranch.example.com/v1)',
      'refused',
    ],
    [
      'a kind that the hop defines',
      404,
      'the server does not know the kind Tier (crd.projectcalico.org/v1)',
      'awaited',
    ],
    ['a namespace that the hop makes', 404, 'HTTP 404: namespaces "calico-system" not found', 'awaited'],
    ['a namespace that nobody makes', 404, 'HTTP 404: namespaces "elsewhere" not found', 'refused'],
    [
      'a webhook is away',
      500,
      'HTTP 500: Internal error occurred: failed calling webhook "validate.x": failed to call webhook: Post "https://x.y.svc:443/": dial tcp: connection refused',
      'webhook',
    ],
    [
      'a webhook takes no dry run',
      400,
      'HTTP 400: admission webhook "validate.x" does not support dry run',
      'webhook',
    ],
    ['the server fails', 500, 'HTTP 500: etcdserver: request timed out', null],
    ['the server has too much to do', 429, 'HTTP 429: too many requests', null],
    ['the server does not know who asks', 401, 'HTTP 401: Unauthorized', null],
    ['the server is away', null, 'It cannot be reached', null],
  ])('%s', (_, status, message, expected) => {
    expect(refusalOf({ status, message }, PLANNED)).toBe(expected);
  });
});
