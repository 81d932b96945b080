import type { KubernetesObject } from '../../ports/cluster-client.js';
import { asList, asFields, isFields } from '../../cluster/fields.js';

/** A structural schema of a CRD, as far as stored objects are held to it. @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/ */
export interface Schema {
  readonly type?: string;
  readonly nullable?: boolean;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-validations'?: readonly SchemaRule[];
}

/** A rule in CEL. */
export interface SchemaRule {
  readonly rule: string;
  readonly message?: string;
}

/** The schema of the version of a CRD that an `apiVersion` names; null where it has none of it. */
export function schemaOf(definition: KubernetesObject, apiVersion: string): Schema | null {
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  const versions = asList(asFields(definition['spec'])?.['versions']) ?? [];
  const row = versions.filter(isFields).find(({ name }) => name === version);
  return asFields(asFields(row?.['schema'])?.['openAPIV3Schema']);
}

/** Whether fields that the schema does not name stay. */
export function keepsUnknown(schema: Schema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true;
}
