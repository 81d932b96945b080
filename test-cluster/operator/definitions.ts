import type { KubernetesObject } from '../../src/ports/cluster-client.js';
import { isDefinition, manifestFiles, readManifest } from '../ready-made/manifests.js';
import type { RunContext } from './run-context.js';

/*
 * Definitions that an operator has inside: tigera/operator v1.42.3 pkg/imports/crds/crds.go. Here they come from the
 * manifests of its Calico; a release without manifests has none.
 */

/** The definitions that an operator of a Calico release carries; empty where there are no manifests of it. */
export function embeddedDefinitions(calico: string): readonly KubernetesObject[] {
  if (!manifestFiles(calico).includes('operator-crds.yaml')) return [];
  return readManifest(calico, 'operator-crds.yaml').filter(isDefinition);
}

/** At start: creates what is missing and leaves what is there (`Ensure`). */
export async function ensureDefinitions({ writer, release, managesDefinitions }: RunContext): Promise<void> {
  if (!managesDefinitions) return;
  for (const definition of embeddedDefinitions(release.calico)) await writer.ensure(definition);
}

/**
 * Later: overwrites what is there with its own, whichever is newer; nothing owns them, so that they outlive the
 * Installation (`pkg/controller/installation/core_controller.go`, `updateCRDs`).
 */
export async function overwriteDefinitions({
  writer,
  release,
  managesDefinitions,
}: RunContext): Promise<void> {
  if (!managesDefinitions) return;
  for (const definition of embeddedDefinitions(release.calico)) await writer.write(definition, null);
}
