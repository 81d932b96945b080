import type { BackendRules, CniFile, IptablesRules, NodeInside } from '../node-state.js';
import { SAVES } from './look-command.js';

/** More than this of what a node says is not read. */
const MOST_TEXT = 64 * 1024;
const LONGEST_NAME = 100;
const NOTHING: BackendRules = { isHinted: false, kubernetes: 0, calico: 0, other: 0 };

/** Makes of the output of the look's command what was seen. */
export function readLook(output: string): Extract<NodeInside, { readonly kind: 'seen' }> {
  const lines = output.slice(0, MOST_TEXT).split('\n');
  return { kind: 'seen', cniFiles: readCniFiles(lines), iptables: readRules(lines) };
}

/** In the order in which a container runtime looks at them; null where calico-node does not have the directory. */
function readCniFiles(lines: readonly string[]): readonly CniFile[] | null {
  if (!lines.includes('cni')) return null;
  const files: { name: string; types: string[] }[] = [];
  for (const line of lines) {
    if (line.startsWith('rules ')) break;
    const name = /^file (.+)$/.exec(line)?.[1];
    if (name !== undefined) files.push({ name: printable(name), types: [] });
    const type = /^"type"\s*:\s*"([^"]*)"$/.exec(line)?.[1];
    if (type !== undefined) files.at(-1)?.types.push(printable(type));
  }
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readRules(lines: readonly string[]): IptablesRules {
  const programs = new Map<string, string[]>();
  let counts: string[] | null = null;
  for (const line of lines) {
    const program = /^rules (\S+)$/.exec(line)?.[1];
    if (program === undefined) counts?.push(line);
    else programs.set(program, (counts = []));
  }
  const of = (backend: keyof typeof SAVES): BackendRules | null =>
    sum(SAVES[backend].map((program) => readCounts(programs.get(program))));
  return { legacy: of('legacy'), nft: of('nft') };
}

/** The counts of one program, `  12 calico` a line; null where it is not there, or failed. */
function readCounts(lines: readonly string[] | undefined): BackendRules | null {
  if (!lines) return null;
  const counts = new Map(
    lines.flatMap((line): [string, number][] => {
      const [, count, sort] = /^\s*(\d+) (\w+)$/.exec(line) ?? [];
      return sort === undefined ? [] : [[sort, Number(count)]];
    }),
  );
  if (counts.has('failed')) return null;
  const of = (sort: string): number => counts.get(sort) ?? 0;
  return { isHinted: of('hint') > 0, kubernetes: of('kubernetes'), calico: of('calico'), other: of('other') };
}

/** A family that could not be asked (IPv6 is switched off) counts for nothing; null where neither could. */
function sum(families: readonly (BackendRules | null)[]): BackendRules | null {
  const known = families.filter((family) => family !== null);
  if (known.length === 0) return null;
  return known.reduce(
    (a, b) => ({
      isHinted: a.isHinted || b.isHinted,
      kubernetes: a.kubernetes + b.kubernetes,
      calico: a.calico + b.calico,
      other: a.other + b.other,
    }),
    NOTHING,
  );
}

/** Names come from the node, and end in reports. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, LONGEST_NAME);
}
