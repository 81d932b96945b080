import { referenceOf } from '../../cluster/object-name.js';
import { layer7Policy, PATHS } from '../layer7/layer7-objects.js';
import { PORTS, type Probe } from '../probe.js';
import type { Scene } from '../scene.js';
import { podProbe } from './build-probe.js';
import type { Change, Scenario } from './scenario.js';

type Request = readonly [method: 'GET' | 'POST', path: string];

/** On each node, from its own pod: an L7 rule is enforced beside the pod that is asked, whoever asks. */
function asks(
  { nodes }: Scene,
  part: string,
  [method, path]: Request,
  expected: Probe['expected'],
): readonly Probe[] {
  return nodes.flatMap(({ source, layer7 }) =>
    typeof layer7 === 'string'
      ? []
      : podProbe({ scenario: 'policy-l7', part, expected }, source, layer7, {
          check: (host) => ({ kind: 'path', method, host, port: PORTS.http, path, answers: [layer7.name] }),
        }),
  );
}

/**
 * A rule on methods and paths, which Dikastes enforces beside Istio's sidecar of the pod that is asked. Who asks is a pod
 * without a sidecar, over plain HTTP, which the test's namespace allows for its own pods (PeerAuthentication): Dikastes
 * looks at each request that Envoy has decoded, whatever it came by, and a pod with a sidecar would find the other only by
 * a Service for each. What it does not allow has to be answered, with 403: a time-out would be the work of another.
 */
export const POLICY_L7: Scenario = {
  name: 'policy-l7',
  proves:
    'a rule on HTTP methods and paths refuses and lets through (Dikastes with Istio), and follows when it is changed',
  whySkipped({ layer7, nodes }) {
    const reasons = nodes.map((node) => (typeof node.layer7 === 'string' ? node.layer7 : null));
    return layer7.whyNot ?? (reasons.includes(null) ? null : (reasons[0] ?? null));
  },
  phases(scene) {
    const { apiVersion } = scene.calico;
    const allow = (path: string): Change => ({ kind: 'apply', object: layer7Policy(apiVersion, path) });
    return [
      {
        title: 'a rule allows one path',
        changes: [allow(PATHS.first)],
        probes: asks(scene, 'another path', ['GET', PATHS.second], 'refused'),
      },
      {
        title: 'it allows another path',
        changes: [allow(PATHS.second)],
        probes: [
          ...asks(scene, 'allowed path', ['GET', PATHS.second], 'reached'),
          ...asks(scene, 'another method', ['POST', PATHS.second], 'refused'),
          ...asks(scene, 'no more allowed', ['GET', PATHS.first], 'refused'),
        ],
      },
      {
        title: 'the rule is deleted',
        changes: [{ kind: 'delete', object: referenceOf(layer7Policy(apiVersion, '')) }],
        probes: asks(scene, 'lifted', ['GET', PATHS.first], 'reached'),
      },
    ];
  },
};
