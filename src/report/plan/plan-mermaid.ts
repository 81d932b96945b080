import type { PlanReport } from './plan-report.js';

/** Waves that a diagram shows one by one; more become one box. */
const MOST_WAVES = 6;

/** The path and the waves of its hops as a Mermaid flow chart. Only names that this program chose go into it. */
export function renderMermaid(path: PlanReport['plan']['path'], hops: PlanReport['plan']['hops']): string {
  const lines = ['```mermaid', 'flowchart LR'];
  path.forEach(({ from, to, component, support }, index) => {
    if (index === 0) lines.push(`  p0["Kubernetes ${from.kubernetes}<br>Calico ${from.calico}"]`);
    const mark = support === 'tested' ? '' : `<br>${support}`;
    lines.push(`  p${index + 1}["Kubernetes ${to.kubernetes}<br>Calico ${to.calico}${mark}"]`);
    lines.push(`  p${index} -->|${component === 'calico' ? 'Calico' : 'Kubernetes'}| p${index + 1}`);
  });
  hops.forEach((hop, index) => lines.push(...waveLines(hop, index)));
  return [...lines, '```', ''].join('\n');
}

function waveLines(
  { waves, to, choosesNodes }: PlanReport['plan']['hops'][number],
  index: number,
): readonly string[] {
  if (waves.length === 0) return [];
  const names = waves.map(({ kind, nodes }) => `${kind} ${nodes.length}`);
  const shown =
    names.length <= MOST_WAVES
      ? names
      : [...names.slice(0, 3), `${names.length - 4} more waves`, ...names.slice(-1)];
  const title = choosesNodes
    ? `Waves of Calico ${to.calico} (nodes)`
    : `Waves of Calico ${to.calico} (the operator chooses)`;
  const boxes = shown.map((name, at) => `    h${index}w${at}["${name}"]`);
  const arrows = shown.slice(1).map((_, at) => `    h${index}w${at} --> h${index}w${at + 1}`);
  return [`  subgraph h${index}["${title}"]`, '    direction LR', ...boxes, ...arrows, '  end'];
}
