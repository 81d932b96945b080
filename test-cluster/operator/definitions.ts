import type { KubernetesObject } from '../../src/ports/cluster-client.js';
import { isDefinition, manifestFiles, readManifest } from '../ready-made/manifests.js';
import type { ObjectWriter } from './object-writer.js';

/**
 * The definitions that an operator of a Calico release carries (tigera/operator v1.42.3 `pkg/imports/crds`). Here they
 * come from the manifests of that release; empty where there are none of it.
 */
export function embeddedDefinitions(calico: string): readonly KubernetesObject[] {
  if (!manifestFiles(calico).includes('operator-crds.yaml')) return [];
  return readManifest(calico, 'operator-crds.yaml').filter(isDefinition);
}

/** Keeps definitions as an operator has them inside; one without definitions keeps nothing. */
export class DefinitionKeeper {
  private readonly writer: ObjectWriter;
  private readonly definitions: readonly KubernetesObject[];
  private readonly intervalMs: number;
  private lastMs = 0;

  /** @param intervalMs how often the cluster's definitions are looked at: they are large, and nobody watches them */
  constructor(writer: ObjectWriter, definitions: readonly KubernetesObject[], intervalMs: number) {
    this.writer = writer;
    this.definitions = definitions;
    this.intervalMs = intervalMs;
  }

  /** At the start: creates what is missing and leaves what is there (`pkg/imports/crds/crds.go`, `Ensure`). */
  async ensure(): Promise<void> {
    for (const definition of this.definitions) await this.writer.ensure(definition);
  }

  /**
   * Later, with each pass over the Installation: overwrites what is there, whichever is newer. Nothing owns the
   * definitions, so that they outlive the Installation (`pkg/controller/installation/core_controller.go`, `updateCRDs`).
   */
  async overwrite(): Promise<void> {
    if (Date.now() - this.lastMs < this.intervalMs) return;
    for (const definition of this.definitions) await this.writer.write(definition, null);
    this.lastMs = Date.now();
  }
}
