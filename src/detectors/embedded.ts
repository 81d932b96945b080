import type { Span } from '../text/blank.js';
import { firstLine } from '../text/lines.js';
import type { YamlDocument, YamlScalar } from '../yaml/node.js';
import { parseYaml } from '../yaml/parse.js';
import { walk } from '../yaml/query.js';

/** YAML in YAML in YAML is as far as people go: cloud-init in a Secret with a ConfigMap. */
const DEEPEST = 3;
/** How the first line of a YAML document looks: a key, a list item, JSON. */
const YAML_LINE = /^(?:["']?[A-Za-z_][\w./-]*["']?:(?:\s|$)|- |[{[])/;
const HEREDOC = /(?<!<)<<[-~]?[ \t]*\\?["']?([A-Za-z_]\w*)["']?/;

/**
 * The documents that stand inside others: in block scalars (cloud-init files, ConfigMaps with manifests, `addons`,
 * `valuesContent`) and in the heredocs of scripts and Terraform. Offsets are those of the whole file.
 */
export function readEmbedded(
  text: string,
  outer: readonly YamlDocument[],
  wanted: (document: string) => boolean,
): YamlDocument[] {
  const found = findHeredocs(text).flatMap((span) => readSpan(text, span, wanted));
  let level = [...outer, ...found];
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth++) {
    level = level.flatMap(({ root }) =>
      [...blocksOf(root)].flatMap((block) => readSpan(text, block, wanted)),
    );
    found.push(...level);
  }
  return found;
}

function* blocksOf(root: YamlDocument['root']): Generator<Span> {
  for (const { node } of walk(root)) if (isBlock(node)) yield [node.start, node.end];
}

function isBlock(node: { readonly kind: string }): node is YamlScalar {
  return node.kind === 'scalar' && (node as YamlScalar).style === 'block';
}

function readSpan(text: string, span: Span, wanted: (document: string) => boolean): readonly YamlDocument[] {
  const line = firstLine(text, ...span);
  return line && YAML_LINE.test(line.content) ? parseYaml(text, wanted, span).documents : [];
}

/** The lines between `<<EOF` and `EOF`. */
export function findHeredocs(text: string): Span[] {
  if (!text.includes('<<')) return [];
  const spans: Span[] = [];
  let open: { readonly marker: string; readonly from: number } | null = null;
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(start, end);
    if (line.trim() === open?.marker) {
      spans.push([open.from, start]);
      open = null;
    } else if (!open && line.includes('<<')) {
      const marker = HEREDOC.exec(line)?.[1];
      if (marker !== undefined) open = { marker, from: end + 1 };
    }
    start = end + 1;
  }
  return spans;
}
