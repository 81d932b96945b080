import type { ExecOptions, ExecResult } from '../../../../src/ports/cluster-client.js';

/** What a look into a node shows, as the command writes it. */
export interface Look {
  /** Files of the CNI directory, and the types in them. */
  readonly files?: Readonly<Record<string, readonly string[]>>;
  /** Counts of rules by program. */
  readonly rules?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const CALICO = { '10-calico.conflist': ['calico', 'calico-ipam', 'portmap'] };
const NFT = { hint: 3, kubernetes: 40, calico: 60, other: 9 };

/** The output of the command on a node: one that is well where nothing is said. */
export function lookOutput({ files = CALICO, rules = { 'iptables-nft-save': NFT } }: Look = {}): string {
  const programs = { 'iptables-legacy-save': {}, 'iptables-nft-save': {}, ...rules };
  return [
    'cni',
    ...Object.entries(files).flatMap(([name, types]) => [
      `file ${name}`,
      ...types.map((type) => `"type": "${type}"`),
    ]),
    ...Object.entries(programs).flatMap(([program, counts]) => [
      `rules ${program}`,
      ...Object.entries(counts).map(([sort, count]) => `${String(count).padStart(7)} ${sort}`),
    ]),
    '',
  ].join('\n');
}

/** Runs the command as if every calico-node pod were on such a node. */
export function lookAt(look: Look = {}): (options: ExecOptions) => ExecResult {
  return () => ({ exitCode: 0, stdout: lookOutput(look), stderr: '' });
}
