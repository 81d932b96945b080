import type { NodeState } from '../../../cluster/node-state.js';
import type { PreflightCode } from '../../../findings/preflight-registry.js';
import { compareVersions, formatVersion } from '../../../version/version.js';
import { versionOf } from '../../../catalog/queries.js';
import type { Comparison, PreflightCheck, PreflightFinding, PreflightInput, Weight } from '../preflight.js';
import { count, evidenceOf, finding, listNames, nodeReference } from '../finding.js';
import { kernelVersion } from '../kernel.js';
import { listAt, textAt, valueAt } from '../../../cluster/fields.js';
import { cpuMillis, memoryBytes } from '../../../cluster/quantity.js';

const OLDEST_KERNEL = versionOf('v5.10.0');
/** Distribution kernels that upstream names beside 5.10. */
const DISTRIBUTION_KERNEL = /\.el[89]|\.amzn2/;
const LOW_LIMIT_BYTES = 512 * 1024 * 1024;

/** Whether every node can take the new calico-node. */
export const nodes: PreflightCheck = (input) => {
  const real = input.state.nodes.filter(({ isVirtual, os }) => !isVirtual && os !== 'windows');
  return [
    ...tell(
      real.filter(({ isReady }) => !isReady),
      'node-not-ready',
      'skippable',
      {
        what: 'is not Ready',
        many: 'are not Ready',
        field: 'status.conditions[type=Ready]',
        value: () => 'not True',
        remedy:
          'Repair or remove the node; with force it is left out and upgraded by itself when it comes back.',
        source: 'https://github.com/projectcalico/calico/issues/9540',
      },
    ),
    ...tell(
      real.filter(({ pressures }) => pressures.some((pressure) => pressure !== 'NetworkUnavailable')),
      'node-pressure',
      'skippable',
      {
        what: 'is under pressure',
        many: 'are under pressure',
        field: 'status.conditions',
        value: ({ pressures }) => pressures.join(', '),
        remedy: 'Free disk, memory or process ids on the node first.',
        source: 'https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/',
      },
    ),
    ...tell(
      real.filter(({ isSchedulable }) => !isSchedulable),
      'node-unschedulable',
      'warning',
      {
        what: 'is cordoned',
        many: 'are cordoned',
        field: 'spec.unschedulable',
        value: () => 'true',
        remedy: 'Uncordon it if nothing speaks against that, so that it can be tested too.',
        source: null,
      },
    ),
    ...kernels(input, real),
    ...room(input, real),
    ...memoryLimit(input),
  ];
};

interface Telling {
  readonly what: string;
  readonly many: string;
  readonly field: string;
  readonly value: (node: NodeState) => string;
  readonly remedy: string;
  readonly source: string | null;
}

function tell(
  found: readonly NodeState[],
  code: PreflightCode,
  weight: Weight,
  said: Telling,
): PreflightFinding[] {
  if (found.length === 0) return [];
  return [
    finding(code, weight, {
      message: `${count(found.length, 'node')} ${found.length === 1 ? said.what : said.many}: ${listNames(found.map(({ name }) => name))}.`,
      remedy: said.remedy,
      evidence: found.map((node) => evidenceOf(nodeReference(node.name), said.field, said.value(node))),
      source: said.source,
    }),
  ];
}

function kernels({ from, to }: PreflightInput, all: readonly NodeState[]): PreflightFinding[] {
  const line = versionOf('v3.29.0');
  if (compareVersions(to, line) < 0) return [];
  const old = all.filter(({ kernel }) => {
    const version = kernelVersion(kernel);
    return (
      version !== null && compareVersions(version, OLDEST_KERNEL) < 0 && !DISTRIBUTION_KERNEL.test(kernel)
    );
  });
  return tell(old, 'kernel-too-old', compareVersions(from, line) < 0 ? 'skippable' : 'warning', {
    what: 'runs a kernel older than 5.10',
    many: 'run a kernel older than 5.10',
    field: 'status.nodeInfo.kernelVersion',
    value: ({ kernel }) => kernel,
    remedy: 'Move the node to a newer kernel or operating system first.',
    source: 'https://docs.tigera.io/calico/latest/getting-started/kubernetes/requirements',
  });
}

/** What the target's calico-node asks for beyond what the live one does, against what each node has left. */
function room({ calico, comparisons }: PreflightInput, all: readonly NodeState[]): PreflightFinding[] {
  const target = requestsOf(comparisons.at(-1));
  const now = calico.components.node?.requests;
  if (!target || !now) return [];
  const cpu = Math.max(0, target.cpuMillis - now.cpuMillis);
  const memory = Math.max(0, target.memoryBytes - now.memoryBytes);
  if (cpu === 0 && memory === 0) return [];
  const lacking = `the ${cpu}m CPU and ${memory} bytes of memory that calico-node will ask for on top`;
  const tight = all.filter(({ room: left }) => left.cpuMillis < cpu || left.memoryBytes < memory);
  return tell(tight, 'node-room', 'skippable', {
    what: `lacks ${lacking}`,
    many: `lack ${lacking}`,
    field: 'status.allocatable',
    value: ({ room: left }) => `left: ${left.cpuMillis}m CPU, ${left.memoryBytes} bytes`,
    remedy: 'Make room on the node, or lower calico-node’s requests.',
    source: 'https://github.com/aws/amazon-vpc-cni-k8s/issues/395',
  });
}

function requestsOf(comparison: Comparison | undefined): { cpuMillis: number; memoryBytes: number } | null {
  if (comparison?.kind !== 'compared') return null;
  const daemonSet = comparison.result.objects.find(
    ({ kind, metadata }) => kind === 'DaemonSet' && metadata.name === 'calico-node',
  );
  const containers = listAt(daemonSet, 'spec', 'template', 'spec', 'containers');
  const container = containers.find((candidate) => textAt(candidate, 'name') === 'calico-node');
  if (container === undefined) return null;
  const requests = valueAt(container, 'resources', 'requests');
  return {
    cpuMillis: cpuMillis(valueAt(requests, 'cpu')) ?? 0,
    memoryBytes: memoryBytes(valueAt(requests, 'memory')) ?? 0,
  };
}

function memoryLimit({ calico, from, to }: PreflightInput): PreflightFinding[] {
  const node = calico.components.node;
  const limit = node?.limits.memoryBytes ?? null;
  if (!node || limit === null || limit >= LOW_LIMIT_BYTES) return [];
  const crosses =
    compareVersions(from, versionOf('v3.29.0')) < 0 && compareVersions(to, versionOf('v3.29.0')) >= 0;
  return [
    finding('memory-limit-low', crosses ? 'skippable' : 'warning', {
      message: `calico-node may use ${Math.round(limit / 1024 / 1024)} MiB of memory, and ${formatVersion(to)} may need more${crosses ? ': it was killed after upgrades from v3.28 to v3.29, and only a reboot of the node helped' : ''}.`,
      remedy: 'Raise the limit or take it away before the upgrade.',
      evidence: [
        evidenceOf(
          node.reference,
          'spec.template.spec.containers[name=calico-node].resources.limits.memory',
          limit,
        ),
      ],
      source: 'https://github.com/projectcalico/calico/issues/11137',
    }),
  ];
}
