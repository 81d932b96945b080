import type { PoolState } from '../../../cluster/calico-state.js';
import { isSameCidr } from '../cidr.js';
import { evidenceOf, finding, listNames, poolReference } from '../finding.js';
import type { PreflightFinding, PreflightInput } from '../preflight.js';

/** Where the environment of calico-node and the pool that it once made differ. */
interface Difference {
  readonly variable: string;
  readonly wanted: string;
  readonly field: string;
  readonly live: string;
}

/** CALICO_IPV4POOL_* act only while no pool exists; where they differ, whoever makes the pool anew gets another. */
export function poolEnvironment({ calico }: PreflightInput): PreflightFinding[] {
  const node = calico.components.node;
  const pool = calico.config.pools.find(({ name }) => name === 'default-ipv4-ippool');
  const differences = node && pool ? unlikeEnvironment(node.env, pool) : [];
  if (!node || !pool || differences.length === 0) return [];
  const said = differences.map(
    ({ variable, wanted, live }) => `${variable} is ${wanted}, the pool has ${live}`,
  );
  return [
    finding('pool-unlike-env', 'notice', {
      message: `The pool ${pool.name} is not as calico-node’s environment has it: ${listNames(said)}.`,
      remedy: 'Leave the pool as it is; make the variables say the same, so that nobody is misled.',
      evidence: differences.flatMap(({ variable, wanted, field, live }) => [
        evidenceOf(
          node.reference,
          `spec.template.spec.containers[name=calico-node].env[name=${variable}].value`,
          wanted,
        ),
        evidenceOf(poolReference(pool, calico.dataGroup), field, live),
      ]),
      source: 'https://github.com/projectcalico/calico/issues/314',
    }),
  ];
}

/** @see https://docs.tigera.io/calico/latest/reference/configure-calico-node for the variables */
function unlikeEnvironment(env: Readonly<Record<string, string>>, pool: PoolState): readonly Difference[] {
  const settings = [
    ['CALICO_IPV4POOL_CIDR', 'spec.cidr', pool.cidr],
    ['CALICO_IPV4POOL_IPIP', 'spec.ipipMode', pool.ipipMode],
    ['CALICO_IPV4POOL_VXLAN', 'spec.vxlanMode', pool.vxlanMode],
    ['CALICO_IPV4POOL_BLOCK_SIZE', 'spec.blockSize', String(pool.blockSize ?? '')],
  ] as const;
  return settings.flatMap(([variable, field, live]) => {
    const wanted = env[variable] ?? '';
    return wanted === '' || live === '' || isSameSetting(wanted, live)
      ? []
      : [{ variable, wanted, field, live }];
  });
}

/** `off` and `Never` are the same to calico-node, and a CIDR may be written in more than one way. */
function isSameSetting(wanted: string, live: string): boolean {
  const plain = (text: string): string => (/^(?:off|false)$/i.test(text) ? 'never' : text.toLowerCase());
  return plain(wanted) === plain(live) || isSameCidr(wanted, live);
}
