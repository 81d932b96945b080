import { loadAll } from 'js-yaml';

/** An object that a manifest creates. */
export interface ManifestObject {
  readonly kind: string;
  readonly name: string;
  /** Length of the object as compact JSON, in bytes. */
  readonly sizeBytes: number;
}

/** An object in a template; its name may leave parts open. */
export interface TemplateObject {
  readonly kind: string;
  readonly matches: (name: string) => boolean;
  /** The name where nothing in it is left open, else null. */
  readonly name: string | null;
  /** Whether the whole template is left out of what upstream publishes: it starts with a condition that is off by default. */
  readonly isOptional: boolean;
}

/**
 * Reads the objects of a ready manifest. Documents without kind or name are passed over.
 * @throws YAMLException where the text is no YAML
 */
export function parseObjects(manifest: string): ManifestObject[] {
  // Some upstream CRDs list a property twice.
  return loadAll(manifest, { json: true }).flatMap((document) => {
    const object = document as {
      readonly kind?: string;
      readonly metadata?: { readonly name?: string };
    } | null;
    const name = object?.metadata?.name;
    if (!object?.kind || !name) return [];
    return [{ kind: object.kind, name, sizeBytes: Buffer.byteLength(JSON.stringify(object)) }];
  });
}

/** Finds the objects of a Helm template without rendering it: what is inside `{{ }}` may stand for anything. */
export function scanTemplate(template: string): TemplateObject[] {
  const objects: TemplateObject[] = [];
  const isOptional = /^\s*\{\{-? *if +(?!ne\b)/.test(template);
  for (const block of template.split(/^(?=(?:---|\{\{-? *else\b.*)$)/m)) {
    const kind = /^kind: *(\w+) *$/m.exec(block)?.[1];
    const name = /^metadata:\n(?:(?: .*|\{\{.*)\n)*? {2}name: *(\S.*?) *$/m.exec(block)?.[1];
    if (!kind || !name) continue;
    const parts = name.split(/\{\{.*?\}\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    const pattern = new RegExp(`^${parts.join('.+')}$`);
    const literal = parts.length === 1 ? name : null;
    objects.push({ kind, matches: (candidate) => pattern.test(candidate), name: literal, isOptional });
  }
  return objects;
}
