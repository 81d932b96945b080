import type { Span } from '../../text/blank.js';
import type { Collector } from '../collector.js';

const KIND = /^(?<indent>[ \t]*)["']?kind["']?:[ \t]*["']?CustomResourceDefinition\b/gm;
const NAME =
  /^[ \t]{2,}["']?name["']?:[ \t]*["']?(?<name>[a-z]+\.(?:crd\.projectcalico\.org|projectcalico\.org|operator\.tigera\.io|policy\.networking\.k8s\.io))["']?,?[ \t]*\r?$/m;

/**
 * Custom resource definitions deploy no version, whatever their descriptions name; which of Calico's the file holds
 * tells the release it was made from.
 */
export function ignoreDefinitions(text: string, collector: Collector): void {
  let last = 0;
  for (const match of text.matchAll(KIND)) {
    if (match.index < last) continue;
    const [start, end] = objectAround(text, match.index, match.groups?.['indent']?.length ?? 0, last);
    last = end;
    collector.ignored.push({ start, end, reason: null });
    const name = NAME.exec(text.slice(start, end))?.groups?.['name'];
    if (name === undefined) continue;
    collector.facts.push({
      kind: 'object',
      apiVersion: 'apiextensions.k8s.io/v1',
      objectKind: 'CustomResourceDefinition',
      name,
      offset: start,
    });
  }
}

/** The lines around one that are indented at least as deep, between two `---`. Nothing before `floor` is looked at. */
function objectAround(text: string, at: number, indent: number, floor: number): Span {
  let start = at;
  while (start > floor) {
    const previous = start < 2 ? 0 : text.lastIndexOf('\n', start - 2) + 1;
    if (previous < floor || !belongs(text.slice(previous, start), indent)) break;
    start = previous;
  }
  let end = at;
  while (end < text.length) {
    const newline = text.indexOf('\n', end);
    const next = newline === -1 ? text.length : newline + 1;
    if (!belongs(text.slice(end, next), indent)) break;
    end = next;
  }
  return [start, end];
}

function belongs(line: string, indent: number): boolean {
  const content = line.trimStart();
  return content === '' || (line.length - content.length >= indent && !/^---(?:\s|$)/.test(content));
}
