import type { KubernetesObject } from '../../ports/cluster-client.js';
import { type Schema, schemaOf } from '../stored-objects/schema.js';

/** What a CRD fills in for a field (`spec.calicoNetwork.ipPools[0].disableBGPExport`); undefined for nothing. */
export function defaultAt(definition: KubernetesObject | null, apiVersion: string, path: string): unknown {
  let schema: Schema | undefined = (definition && schemaOf(definition, apiVersion)) ?? undefined;
  for (const name of path.replace(/\[[^\]]*\]/g, '.').split('.')) {
    schema = name === '' ? schema?.items : schema?.properties?.[name];
  }
  return schema?.default;
}
