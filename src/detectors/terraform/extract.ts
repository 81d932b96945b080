import { Collector } from '../collector.js';
import type { Extraction } from '../detector.js';
import type { SourceFile } from '../source-file.js';
import {
  classifyVariableName,
  componentOfProduct,
  componentOfVariable,
} from '../../version/variable-name.js';
import { classifyRepository } from '../../version/image.js';
import { type Component, parseVersion } from '../../version/version.js';
import { type HclAttribute, readHcl } from './hcl.js';
import { readHelmRelease } from './helm-release.js';
import { addValue } from './value.js';

/** Resources that keep the cluster's Kubernetes version under a name that says no more than `version`. */
const VERSION_ATTRIBUTES: readonly { readonly type: RegExp; readonly names: ReadonlySet<string> }[] = [
  {
    type: /^(?:aws_eks_cluster|aws_eks_node_group|digitalocean_kubernetes_cluster|scaleway_k8s_cluster|ovh_cloud_project_kube|exoscale_sks_cluster|vultr_kubernetes|upcloud_kubernetes_cluster|alicloud_cs_(?:managed_)?kubernetes|yandex_kubernetes_(?:cluster|node_group))$/,
    names: new Set(['version']),
  },
  { type: /^google_container_cluster$/, names: new Set(['min_master_version', 'node_version']) },
  { type: /^google_container_node_pool$/, names: new Set(['version']) },
  { type: /^azurerm_kubernetes_cluster(?:_node_pool)?$/, names: new Set(['orchestrator_version']) },
  {
    type: /^(?:huaweicloud_cce_cluster|opentelekomcloud_cce_cluster_v3)$/,
    names: new Set(['cluster_version']),
  },
];
/** Names that mean a cluster's Kubernetes version wherever Terraform uses them, given a value that can be one. */
const CLUSTER_VERSION_NAMES: ReadonlySet<string> = new Set([
  'cluster_version',
  'min_master_version',
  'orchestrator_version',
  'master_version',
]);
/** Blocks whose versions are those of Terraform's own plugins. */
const PLUGINS = /^(?:required_providers|provider\b)/;

/** Terraform: `helm_release`, cluster resources and modules, variables, locals and tfvars. */
export function extract(file: SourceFile): Extraction {
  const collector = new Collector();
  const { attributes, heredocs } = readHcl(file.code());
  for (const { name, start, end } of heredocs) {
    if (/^(?:description|error_message)$/.test(name)) collector.ignored.push({ start, end, reason: null });
  }
  const blocks = groupByBlock(attributes);
  for (const attribute of attributes) {
    if (attribute.path.some((title) => PLUGINS.test(title))) continue;
    readAttribute(attribute, blocks.get(attribute.block) ?? [], collector);
    if (attribute.quoted && parseVersion(attribute.value)) {
      const { path, name, value, offset } = attribute;
      collector.definitions.push({ name: fullName(path, name), text: value, offset });
    }
  }
  return collector;
}

function groupByBlock(attributes: readonly HclAttribute[]): ReadonlyMap<number, readonly HclAttribute[]> {
  const blocks = new Map<number, HclAttribute[]>();
  for (const attribute of attributes) {
    const known = blocks.get(attribute.block);
    if (known) known.push(attribute);
    else blocks.set(attribute.block, [attribute]);
  }
  return blocks;
}

function readAttribute(
  attribute: HclAttribute,
  siblings: readonly HclAttribute[],
  collector: Collector,
): void {
  const { path, name } = attribute;
  if (name === 'chart') readHelmRelease(attribute, siblings, collector);
  if (/^(?:repository|image|name)$/.test(name) && attribute.value.includes('/'))
    readImage(attribute, siblings, collector);
  const type = path.findLast((title) => title.startsWith('resource '))?.split(' ')[1] ?? '';
  if (VERSION_ATTRIBUTES.some((known) => known.type.test(type) && known.names.has(name))) {
    addValue('kubernetes', { kind: 'field', name: `${type}.${name}` }, attribute, collector);
    return;
  }
  const named =
    name === 'value'
      ? siblings.findLast((sibling) => sibling.name === 'name' && sibling.offset < attribute.offset)
      : undefined;
  const variable = classify(namesOf(attribute, named?.value), attribute.value);
  if (variable) addValue(variable.component, { kind: 'variable', name: variable.name }, attribute, collector);
}

/** An image whose repository and tag are two attributes of one object. */
function readImage(repository: HclAttribute, siblings: readonly HclAttribute[], collector: Collector): void {
  const image = classifyRepository(repository.value);
  const tag = siblings.find(
    ({ name, offset }) => /^(?:image_)?tag$/.test(name) && offset > repository.offset,
  );
  if (image && tag) addValue(image.component, { kind: 'image', name: image.name }, tag, collector);
}

/** The names that a value may go by: its own, with those around it, that of the variable, that of a `set` block. */
function namesOf({ path, name }: HclAttribute, set: string | undefined): readonly string[] {
  const around = path.at(-1) ?? '';
  const [keyword, variable] = (path.find((title) => title.startsWith('variable ')) ?? '').split(' ');
  return [
    variableName(path, name),
    `${around}.${name}`,
    ...(path.length > 1 ? [`${path.at(-2) ?? ''}.${around}.${name}`] : []),
    ...(keyword && variable ? [`${variable}.${name}`] : []),
    ...(set === undefined ? [] : [set]),
  ];
}

function classify(
  names: readonly string[],
  value: string,
): { readonly name: string; readonly component: Component } | null {
  for (const name of names) {
    const subject = classifyVariableName(name) ?? (CLUSTER_VERSION_NAMES.has(name) ? 'kubernetes' : null);
    if (subject) return { name, component: componentOfVariable(subject, value) };
  }
  const [name = ''] = names;
  const component = componentOfProduct(name, value);
  return component && { name, component };
}

/** The name that `var.` and `local.` know a value by: `cluster.version` of `variable "cluster" { default = { version = … } }`. */
function fullName(path: readonly string[], name: string): string {
  const titles = path.filter((title) => title !== 'locals').map((title) => title.replace(/^variable /, ''));
  const isDefault = path.some((title) => title.startsWith('variable '));
  return [...titles, name].filter((part) => !isDefault || part !== 'default').join('.');
}

/** The name that a value goes by: a variable's for its `default`, else the attribute's own. */
function variableName(path: readonly string[], name: string): string {
  const [keyword, variable] = (path.at(-1) ?? '').split(' ');
  return keyword === 'variable' && name === 'default' && variable ? variable : name;
}
