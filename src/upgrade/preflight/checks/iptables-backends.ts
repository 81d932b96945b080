import { versionOf } from '../../../catalog/queries.js';
import type { CalicoState } from '../../../cluster/calico-state.js';
import type { BackendRules, IptablesRules } from '../../../cluster/node-state.js';
import { textAt } from '../../../cluster/fields.js';
import { compareVersions } from '../../../version/version.js';
import { count, evidenceOf, finding, nodeReference } from '../finding.js';
import type { PreflightCheck, PreflightFinding, PreflightInput } from '../preflight.js';
import { seenNodes } from './node-looks.js';

type Backend = keyof IptablesRules;
type Rules = Readonly<Record<Backend, BackendRules>>;

/** What is wrong on a node: the worst of it. */
interface Mix {
  readonly node: string;
  readonly rules: Rules;
  readonly weight: 'skippable' | 'warning';
  readonly what: string;
}

/** From then on Felix goes by the kubelet's chains; before, by the number of rules alone. */
const BY_HINT_FROM = versionOf('v3.26.0');

/** Whether every rule of a node is in one backend of iptables: those of the other one act too, and nobody looks after them. */
export const iptablesBackends: PreflightCheck = (input) => {
  if (input.calico.dataplane !== 'iptables') return [];
  const mixes = seenNodes(input.state).flatMap(({ node, inside: { iptables } }): Mix[] => {
    const { legacy, nft } = iptables;
    if (!legacy || !nft) return [];
    const found = judge({ legacy, nft }, input);
    return found ? [{ node: node.name, rules: { legacy, nft }, ...found }] : [];
  });
  return (['skippable', 'warning'] as const).flatMap((weight) =>
    tell(
      weight,
      mixes.filter((mix) => mix.weight === weight),
    ),
  );
};

/** An empty table, or rules of neither Kubernetes nor Calico (Docker's, a firewall's), are no mix. */
function judge(rules: Rules, input: PreflightInput): Pick<Mix, 'weight' | 'what'> | null {
  const calicos = backendsWith(rules, ({ calico }) => calico > 0);
  const kubernetes = backendsWith(rules, (one) => one.kubernetes > 0);
  if (calicos.length === 2)
    return { weight: 'skippable', what: 'Calico’s rules are in both, and those of one are left over' };
  const pinned = pinnedBackend(input.calico);
  const own = calicos[0] ?? pinned;
  const [others] = kubernetes;
  if (own !== null && kubernetes.length === 1 && others !== own)
    return {
      weight: 'skippable',
      what: `Calico uses ${own}${pinned === own ? ', as it is told to' : ''}, and Kubernetes ${others ?? ''}`,
    };
  const next = pinned ?? (compareVersions(input.to, BY_HINT_FROM) >= 0 ? detected(rules) : own);
  if (own !== null && next !== null && next !== own)
    return {
      weight: 'skippable',
      what: `Felix uses ${own} and will use ${next} once it restarts, which leaves its rules in ${own} behind`,
    };
  return kubernetes.length === 2
    ? { weight: 'warning', what: 'Kubernetes’ rules are in both, and those of one are left over' }
    : null;
}

function backendsWith(rules: Rules, has: (rules: BackendRules) => boolean): readonly Backend[] {
  return (['legacy', 'nft'] as const).filter((backend) => has(rules[backend]));
}

/**
 * The backend that Felix takes as it starts where it is not told one.
 * @see https://github.com/projectcalico/calico/blob/v3.31.0/felix/environment/feature_detect_linux.go
 */
function detected({ legacy, nft }: Rules): Backend {
  if (nft.isHinted) return 'nft';
  if (legacy.isHinted) return 'legacy';
  const total = ({ kubernetes, calico, other }: BackendRules): number => kubernetes + calico + other;
  return total(legacy) >= total(nft) ? 'legacy' : 'nft';
}

/** null where Felix finds out by itself. */
function pinnedBackend({ config, components }: CalicoState): Backend | null {
  const felix = config.felix.find(({ metadata }) => metadata.name === 'default');
  // The environment goes before the object
  const env = components.node?.env['FELIX_IPTABLESBACKEND'] ?? '';
  const text = (env === '' ? textAt(felix, 'spec', 'iptablesBackend') : env).toLowerCase();
  return text === 'legacy' || text === 'nft' ? text : null;
}

function tell(weight: Mix['weight'], mixes: readonly Mix[]): PreflightFinding[] {
  const [first] = mixes;
  if (!first) return [];
  const more = mixes.length === 1 ? '' : ` (${first.node}, and ${count(mixes.length - 1, 'more node')})`;
  return [
    finding('iptables-backend-mixed', weight, {
      message: `On ${mixes.length === 1 ? first.node : count(mixes.length, 'node')} rules lie in both backends of iptables: ${first.what}${more}.`,
      remedy:
        'Bring kubelet, kube-proxy and Felix’s iptablesBackend to one backend, and reboot the node, which is what clears the rules of the other one.',
      evidence: mixes.flatMap(({ node, rules }) =>
        (['legacy', 'nft'] as const).map((backend) =>
          evidenceOf(
            nodeReference(node),
            `iptables-${backend}-save in calico-node`,
            sayRules(rules[backend]),
          ),
        ),
      ),
      source: 'https://github.com/projectcalico/calico/issues/5760',
    }),
  ];
}

function sayRules({ isHinted, kubernetes, calico }: BackendRules): string {
  return `${count(kubernetes, 'rule')} of Kubernetes, ${calico} of Calico${isHinted ? ', the kubelet’s mark' : ''}`;
}
