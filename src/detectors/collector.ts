import type {
  Definition,
  Extraction,
  Fact,
  Found,
  IgnoredRange,
  Reference,
  Subject,
  TemplateUse,
} from './detector.js';
import { findImages } from '../version/image.js';
import type { Component } from '../version/version.js';
import { readVersionText, type VersionText } from '../version/version-text.js';
import type { YamlScalar } from '../yaml/node.js';

/** A place that says the version of a component. */
export interface Claim {
  readonly component: Component;
  readonly subject: Subject;
  /** Text that should hold the version, and where it starts. */
  readonly text: string;
  readonly offset: number;
  /** What a report shows in place of the version's text, such as the whole image reference. */
  readonly shown?: { readonly text: string; readonly offset: number };
}

/** Gathers what a detector reads from one file. */
export class Collector implements Required<Extraction> {
  readonly found: Found[] = [];
  readonly templates: TemplateUse[] = [];
  readonly definitions: Definition[] = [];
  readonly references: Reference[] = [];
  readonly facts: Fact[] = [];
  readonly ignored: IgnoredRange[] = [];

  /** Records a claim as a version, a floating reference or a template; says whether its text was any of them. */
  add(claim: Claim): boolean {
    const { component, subject, text, offset, shown } = claim;
    const read = readVersionText(component, text);
    if (!read || !isMeant(subject, read)) return false;
    if (read.kind === 'template') {
      this.templates.push({
        component,
        subject,
        variables: read.variables,
        text: shown?.text ?? text,
        offset: shown?.offset ?? offset,
      });
      return true;
    }
    const versionOffset = offset + read.offset;
    const literal = read.kind === 'literal' ? read : null;
    this.found.push({
      component,
      subject,
      version: literal?.version ?? null,
      exactness: literal?.exactness ?? 'floating',
      text: shown?.text ?? read.text,
      offset: shown?.offset ?? versionOffset,
      versionOffset,
    });
    return true;
  }

  /** Records what a scalar says as the version of a component. */
  addScalar(component: Component, subject: Subject, scalar: YamlScalar | null): boolean {
    if (!scalar?.isVerbatim || scalar.style === 'block') return false;
    return this.add({ component, subject, text: scalar.value, offset: scalar.start });
  }

  /** Records the image references in a stretch of text that starts at `base` in the file. */
  addImages(text: string, base: number): void {
    for (const image of findImages(text)) {
      this.add({
        component: image.component,
        subject: { kind: 'image', name: image.name },
        text: image.tag,
        offset: base + image.tagOffset,
        shown: { text: image.text, offset: base + image.offset },
      });
    }
  }

  /** Records a reference that names no version at all, so that whatever is newest gets installed. */
  addUnpinned(component: Component, subject: Subject, text: string, offset: number): void {
    this.found.push({
      component,
      subject,
      version: null,
      exactness: 'floating',
      text,
      offset,
      versionOffset: offset,
    });
  }

  addReference(target: string, offset: number): void {
    if (target !== '') this.references.push({ target, offset });
  }
}

/**
 * The first Calico chart was v3.18: a 2.x is the number of a repackaged chart. A bare `3` is a range only of a chart. A
 * branch named `main` is where a repository is read from, whatever the repository is for.
 */
function isMeant(subject: Subject, read: VersionText): boolean {
  if (subject.kind === 'chart') return read.kind !== 'literal' || read.version.major === 3;
  if (read.kind !== 'floating') return true;
  return !/^\d+$/.test(read.text) && !(subject.kind === 'variable' && /branch$/i.test(subject.name));
}
