import { replaceSpans } from '../text/blank.js';
import { blankComments, commentStyleOf } from '../text/comments.js';
import { firstLine, indexLines, type LineIndex } from '../text/lines.js';
import { blankProse } from '../text/prose.js';
import type { YamlStream } from '../yaml/node.js';
import { parseYaml } from '../yaml/parse.js';
import { textAt } from '../yaml/query.js';
import { findDefinitions } from './definitions.js';
import { readEmbedded } from './embedded.js';

/** A file as detectors see it. What several of them need is made once, on first use. */
export interface SourceFile {
  /** Relative to the workspace, with `/`. */
  readonly path: string;
  readonly text: string;
  /** The text with comments, one-line descriptions and CRDs blanked out; offsets are those of `text`. */
  readonly code: () => string;
  /** The documents that can matter (see {@link createSourceFile}), those inside others too. */
  readonly yaml: () => YamlStream;
  /** Whether the file is meant to be YAML or JSON. */
  readonly isYaml: boolean;
  readonly lines: () => LineIndex;
}

const YAML_NAME = /\.(?:ya?ml|json)(?:\.[\w-]+)?$|(?:^|\/)(?:(?:Chart|requirements)\.lock|Kustomization)$/i;
const YAML_START = /^(?:apiVersion|kind):/;
const LONGEST_PREAMBLE = 16_000;
const DEEPEST_INDENT = 200;
const CUSTOM_RESOURCE_DEFINITION = String.raw`kind:[ \t]*["']?CustomResourceDefinition\b`;

/**
 * Wraps a file's text.
 *
 * @param wanted chooses which YAML documents are parsed; custom resource definitions never are
 */
export function createSourceFile(
  path: string,
  text: string,
  wanted: (document: string) => boolean,
): SourceFile {
  const isWanted = (document: string): boolean => wanted(document) && !isDefinition(document);
  const isYaml = YAML_NAME.test(path) || startsLikeYaml(text);
  return {
    path,
    text,
    isYaml,
    code: once(() => readCode(path, text)),
    yaml: once(() => readDocuments(text, isYaml, isWanted)),
    lines: once(() => indexLines(text)),
  };
}

function readCode(path: string, text: string): string {
  return blankProse(blankComments(replaceSpans(text, findDefinitions(text)), commentStyleOf(path)));
}

/** What is no YAML by its name or first line can be YAML by chance: only objects are kept. */
function readDocuments(text: string, isYaml: boolean, wanted: (document: string) => boolean): YamlStream {
  const { documents, problems } = parseYaml(text, wanted);
  const outer = isYaml ? documents : documents.filter(({ root }) => textAt(root, 'apiVersion') !== '');
  return { documents: [...outer, ...readEmbedded(text, outer, wanted)], problems };
}

/** Whether the first line with content starts a Kubernetes object or a YAML document. */
function startsLikeYaml(text: string): boolean {
  const start = text.startsWith('\uFEFF') ? 1 : 0;
  return (
    /^(?:---|#cloud-config)/.test(text.slice(start, start + 20)) ||
    YAML_START.test(firstLine(text, start, LONGEST_PREAMBLE)?.content ?? '')
  );
}

/** Tells by the document's own `kind`; one inside a block scalar does not count. */
function isDefinition(document: string): boolean {
  const indent = firstLine(document)?.indent ?? 0;
  if (indent > DEEPEST_INDENT) return false;
  return new RegExp(`^[ \\t]{${indent}}${CUSTOM_RESOURCE_DEFINITION}`, 'm').test(document);
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => (made ??= { value: make() }).value;
}
