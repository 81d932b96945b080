import { hasTemplate, templateVariables, type TemplateVariable } from '../text/templates.js';
import { type Component, isEnterprise, isPlausible, parseVersion, type Version } from './version.js';

/** What a piece of text that should hold a version says. Offsets count from the start of the text. */
export type VersionText =
  /** A version of the component. `exactness`: a patch, a minor only, or the lowest version of a range. */
  | {
      readonly kind: 'literal';
      readonly version: Version;
      readonly exactness: 'patch' | 'minor' | 'range';
      readonly text: string;
      readonly offset: number;
    }
  /** The version comes from somewhere else. */
  | { readonly kind: 'template'; readonly variables: readonly TemplateVariable[] }
  /** A name that moves: `latest`, `master`, `*`. */
  | { readonly kind: 'floating'; readonly text: string; readonly offset: number };

const FLOATING =
  /^(?:latest|master|main|stable|edge|nightly|\*|x|[v~^]?\d+\.[x*](?:\.[x*])?|[v~^]?3|>=?\s*0(?:\.0)*(?:-0)?)$/;
const RANGE = /^(?<operator>[~^]|>=?|~>|=)\s*(?<version>[vV]?\d+\.\d+(?:\.\d+)?)(?<rest>[\s,|<=>~^\w.*-]*)$/;
/** A digest behind the tag, a package's wildcard revision (`1.31.0-*`), a plus sign as URLs write it (`%2Bk3s1`). */
const PINNED = /^(?<version>[^@%\s]+?)(?:@sha256:[0-9a-f]+|-\*|%2b[\w.-]+)$/i;
/** Branches and channels of a minor: `release-v3.26`, `stable-1.29`, `1.29/stable`, `1.32-classic/edge`. */
const MINOR =
  /^(?:(?:release|stable|latest)-)?(?<version>v?\d+\.\d+)(?:(?:-(?:classic|strict|eksd))?\/(?:stable|candidate|beta|edge))?$/;
/** A longer text holds a version among other things, and is no version. */
const LONGEST = 400;
const ARCHITECTURE = /-(?:amd64|arm64|arm|ppc64le|s390x)$/;

/** Reads the version of a component from the text of a tag, a field or a variable; null where it can be none. */
export function readVersionText(component: Component, text: string): VersionText | null {
  const trimmed = text.trim();
  const offset = text.indexOf(trimmed);
  if (trimmed === '' || trimmed.length > LONGEST) return null;
  if (hasTemplate(trimmed)) return readTemplate(component, trimmed, offset);
  const literal = PINNED.exec(trimmed)?.groups?.['version'] ?? trimmed;
  const version = parseVersion(literal.replace(ARCHITECTURE, ''));
  if (version) return readLiteral(component, version, literal, offset);
  const minor = MINOR.exec(trimmed)?.groups?.['version'];
  if (minor) return readMinor(component, minor, offset + trimmed.indexOf(minor));
  if (FLOATING.test(trimmed)) return { kind: 'floating', text: trimmed, offset };
  return readRange(component, trimmed, offset);
}

function readLiteral(
  component: Component,
  version: Version,
  text: string,
  offset: number,
): VersionText | null {
  if (!isPlausible(component, version)) return null;
  if (component === 'calico' && isEnterprise(version)) return null;
  return { kind: 'literal', version, exactness: version.patch === null ? 'minor' : 'patch', text, offset };
}

function readMinor(component: Component, text: string, offset: number): VersionText | null {
  const version = parseVersion(text);
  return version && readLiteral(component, version, text, offset);
}

function readRange(component: Component, text: string, offset: number): VersionText | null {
  const groups = RANGE.exec(text)?.groups;
  const lowest = groups?.['version'];
  const version = lowest ? parseVersion(lowest) : null;
  if (!groups || !lowest || !version || !isPlausible(component, version)) return null;
  const pinned = groups['operator'] === '=' && groups['rest']?.trim() === '';
  return {
    kind: 'literal',
    version: pinned ? version : { ...version, patch: null },
    exactness: pinned ? 'patch' : 'range',
    text: pinned ? lowest : text,
    offset: offset + (pinned ? text.indexOf(lowest) : 0),
  };
}

/** An expression with a literal fallback (`${X:-v1.30.0}`, `{{ x | default('v1.30') }}`) says that literal. */
function readTemplate(component: Component, text: string, offset: number): VersionText {
  const variables = templateVariables(text);
  for (const { fallback } of variables) {
    const read = fallback && readVersionText(component, fallback.text);
    if (fallback && read?.kind === 'literal')
      return { ...read, offset: offset + fallback.offset + read.offset };
  }
  return { kind: 'template', variables };
}
