import type { PartStep } from './report-step.js';

/** Steps that a chart shows one by one; of more, those in the middle become one bar. */
const MOST_STEPS = 40;
const FIRST_SHOWN = 10;
/** Any day: only the time since the start is shown, the same in every time zone. */
const START = Date.UTC(2000, 0, 1);
const MARKS: Readonly<Record<PartStep['outcome'], string>> = {
  done: 'done',
  failed: 'crit',
  interrupted: 'active, crit',
};

interface Bar {
  readonly hop: string;
  readonly text: string;
  readonly mark: string;
  readonly startMs: number;
  readonly ms: number;
}

/**
 * When each step was under way, from the start of the first, as a Mermaid Gantt chart. Only letters, digits and a few
 * signs of titles go into it.
 */
export function renderGantt(steps: readonly PartStep[]): string {
  const bars = shortened(barsOf(steps));
  const lines = ['```mermaid', 'gantt', '  dateFormat YYYY-MM-DD HH:mm:ss.SSS', '  axisFormat %H:%M:%S'];
  bars.forEach(({ hop, text, mark, startMs, ms }, index) => {
    if (hop !== bars[index - 1]?.hop) lines.push(`  section ${plain(hop)}`);
    const start = new Date(START + startMs).toISOString().replace('T', ' ').replace('Z', '');
    lines.push(`  ${plain(text)} :${mark}, s${index}, ${start}, ${Math.max(1, ms)}ms`);
  });
  return [...lines, '```', ''].join('\n');
}

function barsOf(steps: readonly PartStep[]): readonly Bar[] {
  let startMs = 0;
  return steps.map(({ hop, stage, title, outcome, seconds }) => {
    const ms = Math.round(seconds * 1000);
    const failing = outcome === 'done' ? '' : `${outcome.toUpperCase()} `;
    const bar = { hop, text: `${failing}${stage}, ${title}`, mark: MARKS[outcome], startMs, ms };
    startMs += ms;
    return bar;
  });
}

/** The first tell what was begun, the last how it ended. */
function shortened(bars: readonly Bar[]): readonly Bar[] {
  if (bars.length <= MOST_STEPS) return bars;
  const last = bars.slice(FIRST_SHOWN + 1 - MOST_STEPS);
  const middle = bars.slice(FIRST_SHOWN, bars.length - last.length);
  const [from, to] = [middle[0], middle.at(-1)];
  if (!from || !to) return bars;
  const joined = {
    ...from,
    text: `${middle.length} more steps`,
    ms: to.startMs + to.ms - from.startMs,
  };
  return [...bars.slice(0, FIRST_SHOWN), joined, ...last];
}

/** Without what Mermaid takes for its own. */
function plain(text: string): string {
  return text
    .replace(/[^\p{L}\p{N} .,’'()/-]/gu, ' ')
    .replace(/ +/g, ' ')
    .slice(0, 70)
    .trim();
}
