import type { Collector } from '../collector.js';

const KUBECTL =
  /(?<![\w./~-])(?:(?:[\w./~-]{0,100}\/)?(?:kubectl|oc)\b"?|\$\{?KUBECTL\}?|\$\(KUBECTL\)|\{\{[^{}\n]{0,100}kubectl[^{}\n]{0,100}\}\})(?<before>(?:[ \t]+-[\w-]+(?:[= ][^\s-]\S*)?){0,20})[ \t]+(?<verb>apply|create|replace)\b(?<arguments>(?:[^\n\\|;&]|\\(?:\r?\n)?)*)/g;
const FILE_ARGUMENT =
  /(?<=[\s"'])(?:-[fk]|--filename|--kustomize)(?:=|[ \t\\\r\n]{0,200})["']?(?<target>(?:\{\{[^{}\n]{0,200}\}\}|[^\s"'\\])+)/dg;

/** What `kubectl apply` and its like apply, and how. */
export function readKubectl(code: string, collector: Collector): void {
  for (const match of code.matchAll(KUBECTL)) {
    const { before = '', verb = '', arguments: rest = '' } = match.groups ?? {};
    const start = match.index + match[0].length - rest.length;
    const serverSide = /--server-side\b(?!=false)/.test(before + rest);
    const mode =
      verb === 'apply'
        ? serverSide
          ? 'server-side'
          : 'client-side'
        : verb === 'create'
          ? 'create'
          : 'replace';
    for (const argument of rest.matchAll(FILE_ARGUMENT)) {
      const offset = start + (argument.indices?.groups?.['target']?.[0] ?? argument.index);
      const target = argument.groups?.['target'] ?? '';
      collector.facts.push({ kind: 'apply', target, mode, offset });
      if (!target.includes('://')) collector.addReference(target, offset);
    }
  }
}
