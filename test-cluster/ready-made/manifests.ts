import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadAll } from 'js-yaml';
import { InputError } from '../../src/errors.js';
import type { KubernetesObject } from '../../src/ports/cluster-client.js';
import type { Availability } from '../types.js';
import { asFields, asObject, textAt } from './fields.js';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** Where upstream's manifests are kept: `CALICO_MANIFESTS`, else `../shared/calico` beside the project. */
export function manifestDirectory(): string {
  const named = process.env['CALICO_MANIFESTS'];
  return named ? resolve(named) : resolve(PROJECT, '../shared/calico');
}

/** Whether upstream's manifests are there. */
export function manifestAvailability(): Availability {
  const directory = manifestDirectory();
  if (existsSync(directory)) return { isAvailable: true };
  return {
    isAvailable: false,
    reason: `there are no manifests in ${directory}; set CALICO_MANIFESTS to a directory laid out as <version>/<file>`,
  };
}

/** The versions that manifests are kept of, as their directories are named. */
export function manifestVersions(): string[] {
  const directory = manifestDirectory();
  return readdirSync(directory)
    .filter((name) => statSync(join(directory, name)).isDirectory())
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** Names of the files of a version; empty where there is no such version. */
export function manifestFiles(version: string): string[] {
  const directory = join(manifestDirectory(), version);
  return existsSync(directory) ? readdirSync(directory).sort() : [];
}

const cache = new Map<string, readonly KubernetesObject[]>();

/**
 * The objects of an upstream file, in its order and untouched. The same file gives the same objects: copy before a
 * change.
 *
 * @throws InputError where there is no such file
 */
export function readManifest(version: string, file: string): readonly KubernetesObject[] {
  const path = join(manifestDirectory(), version, file);
  const known = cache.get(path);
  if (known) return known;
  if (!existsSync(path)) {
    const others = manifestFiles(version).join(', ') || 'no files';
    throw new InputError(
      'calico',
      `There is no ${file} of Calico ${version}; there are ${others}.`,
      'Name a version and a file that are there, or set CALICO_MANIFESTS.',
    );
  }
  const objects = parseManifest(readFileSync(path, 'utf8'));
  cache.set(path, objects);
  return objects;
}

/** The objects of YAML text; empty documents are left out. */
export function parseManifest(text: string): KubernetesObject[] {
  return loadAll(text).flatMap((document: unknown) => {
    const fields = asFields(document);
    return fields && textAt(fields, 'kind') ? [asObject(fields)] : [];
  });
}

/** Whether an object defines a kind. */
export function isDefinition(object: KubernetesObject): boolean {
  return object.kind === 'CustomResourceDefinition';
}
