import { CNI_DIRECTORY } from '../../../cluster/inside/look-command.js';
import type { CniFile } from '../../../cluster/node-state.js';
import { count, evidenceOf, finding, listNames, nodeReference } from '../finding.js';
import type { PreflightCheck, PreflightFinding } from '../preflight.js';
import { seenNodes } from './node-looks.js';

/** CNI configuration of others on a node: files before Calico's, of which the first is used, and files after it. */
interface ForeignFiles {
  readonly node: string;
  readonly before: readonly CniFile[];
  readonly after: readonly CniFile[];
  readonly hasOwn: boolean;
}

/**
 * A container runtime takes the first file by name. One that is no configuration (no `type`) gives no pod a network:
 * CRI-O passes over it, and containerd makes the node not Ready, which is told by itself.
 * @see https://github.com/containerd/go-cni/blob/0ae33d212ad3235181539a963d89c07701039a62/opts.go
 */
export const cniFiles: PreflightCheck = ({ state, calico }) => {
  if (!calico.providesNetworking) return [];
  const found = seenNodes(state).flatMap(({ node, inside }) =>
    inside.cniFiles ? [sortOut(node.name, inside.cniFiles)] : [],
  );
  return [...tellUsed(found), ...tellUnused(found)];
};

function sortOut(node: string, all: readonly CniFile[]): ForeignFiles {
  const files = all.filter(({ types }) => types.length > 0);
  const own = files.findIndex(isCalicos);
  const [before, after] = own === -1 ? [files, []] : [files.slice(0, own), files.slice(own + 1)];
  return {
    node,
    before: before.filter((file) => !isMultus(file)),
    after: after.filter((file) => !isCalicos(file) && !isMultus(file) && !isLoopback(file)),
    hasOwn: own !== -1,
  };
}

/** What hands over to Calico's plugin is as good as Calico's own. */
function isCalicos({ types }: CniFile): boolean {
  return types.includes('calico');
}

/** Multus calls the plugin of another file, and is judged by itself. */
function isMultus({ types }: CniFile): boolean {
  return types.some((type) => type.startsWith('multus'));
}

/** Runtimes and guides leave one; nothing takes it for the pods' network once another file comes first. */
function isLoopback({ types }: CniFile): boolean {
  return types.every((type) => type === 'loopback');
}

function tellUsed(found: readonly ForeignFiles[]): PreflightFinding[] {
  const nodes = found.filter(({ before }) => before.length > 0);
  if (nodes.length === 0) return [];
  const names = nodes.map(
    ({ node, before, hasOwn }) =>
      `${before[0]?.name ?? ''} on ${node}${hasOwn ? '' : ', which has no file of Calico’s'}`,
  );
  return [
    finding('cni-configuration-foreign', 'skippable', {
      message: `On ${count(nodes.length, 'node')} CNI configuration of another comes before Calico’s, so new pods get their network from it: ${listNames(names)}.`,
      remedy:
        'Take the file away on these nodes, then make the pods anew that started with it; with force the upgrade leaves it as it is.',
      evidence: evidenceOfFiles(nodes.map(({ node, before }) => ({ node, files: before }))),
      source: 'https://github.com/projectcalico/calico/issues/1388',
    }),
  ];
}

function tellUnused(found: readonly ForeignFiles[]): PreflightFinding[] {
  const nodes = found.filter(({ after }) => after.length > 0);
  if (nodes.length === 0) return [];
  const names = nodes.map(({ node, after }) => `${after[0]?.name ?? ''} on ${node}`);
  return [
    finding('cni-configuration-foreign', 'warning', {
      message: `On ${count(nodes.length, 'node')} CNI configuration of another lies behind Calico’s, and would be used if Calico’s were away for a moment: ${listNames(names)}.`,
      remedy: 'Take the file away if nothing uses it (Podman’s and CRI-O’s own bridges are such files).',
      evidence: evidenceOfFiles(nodes.map(({ node, after }) => ({ node, files: after }))),
      source: 'https://github.com/projectcalico/calico/issues/1388',
    }),
  ];
}

function evidenceOfFiles(
  nodes: readonly { readonly node: string; readonly files: readonly CniFile[] }[],
): PreflightFinding['evidence'] {
  return nodes.flatMap(({ node, files }) =>
    files.map(({ name, types }) =>
      evidenceOf(nodeReference(node), `${CNI_DIRECTORY}/${name} in calico-node`, `type ${types.join(', ')}`),
    ),
  );
}
