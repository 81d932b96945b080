import type { Collector } from './collector.js';
import { classifyVariableName, componentOfProduct, componentOfVariable } from '../version/variable-name.js';
import { parseVersion, withoutDigest } from '../version/version.js';
import type { YamlMap, YamlNode, YamlScalar } from '../yaml/node.js';
import { asScalar, scalarAt, walk } from '../yaml/query.js';

const NAME_KEYS = ['name', 'key', 'Key', 'ParameterKey'];
const VALUE_KEYS = ['value', 'default', 'Value', 'ParameterValue'];
/** Keys below a variable's name that hold its value: `inputs.kubernetes-version.default`. */
const HOLDERS = new Set(['default', 'value', 'defaultValue', 'Default']);
/** The longest run of keys that is read as one name: `calico.image.tag`. */
const LONGEST_NAME = 3;
/** Longer keys are text or data. */
const LONGEST_KEY = 120;
/** Keys above the versions of tools that generate documents or check files, and of tables of what goes with what. */
const NO_CLUSTER = /^(?:render|envtest|kubeconform|kubeval|kubepug|v?\d+\.\d+(?:\.\d+)?)$/;
/** Tables that list every release there is, with checksums: which one is used is said elsewhere. */
const TABLE = /(?:checksums?|hashes|digests?)$/i;
const COMMON_ARCHITECTURE = /^(?:amd64|x86_64|no_arch)?$/;

/**
 * Reads the variables of a YAML tree: keys (`calico_version: v3.26.1`), nested keys (`calico: { version: … }`), lists
 * of values, and pairs of `name` and `value`. Whatever looks like a version is recorded as a definition too.
 */
export function collectYamlVariables(root: YamlNode, collector: Collector): void {
  for (const { node, keys } of walk(root)) {
    if (node.kind === 'map') collectMap(node, keys, collector);
    const value = asScalar(node);
    if (!value || value.style === 'block' || value.value === '') continue;
    if (keys.some((key) => key.length > LONGEST_KEY)) continue;
    if (node.kind === 'scalar') collectDefinition(keys.join('.'), value, collector);
    if (!keys.some((key) => NO_CLUSTER.test(key))) collectNamed(keys, value, collector);
    else if (value.value !== '') collector.ignored.push({ start: value.start, end: value.end, reason: null });
  }
}

function collectNamed(keys: readonly string[], value: YamlScalar, collector: Collector): void {
  const path = HOLDERS.has(keys.at(-1) ?? '') ? keys.slice(0, -1) : keys;
  for (let length = 1; length <= Math.min(LONGEST_NAME, path.length); length++) {
    const name = path.slice(-length).join('.');
    if (addVariable(name, value, collector)) return;
  }
  const product = path.at(-1) ?? '';
  const component = componentOfProduct(product, value.value);
  if (component) collector.addScalar(component, { kind: 'variable', name: product }, value);
}

function collectMap(map: YamlMap, keys: readonly string[], collector: Collector): void {
  const name = firstScalar(map, NAME_KEYS);
  const value = name && firstScalar(map, VALUE_KEYS);
  if (value) {
    collectDefinition(name.value, value, collector);
    addVariable(name.value, value, collector);
  }
  // The newest release comes first, which is what `(kubelet_checksums['amd64'] | dict2items)[0].key` asks for
  const table = keys.findIndex((key) => TABLE.test(key));
  const [first] = map.entries;
  if (first && table !== -1 && COMMON_ARCHITECTURE.test(keys[table + 1] ?? '')) {
    collectDefinition(keys[table] ?? '', first.key, collector);
  }
}

function addVariable(name: string, value: YamlScalar, collector: Collector): boolean {
  const subject = classifyVariableName(name);
  if (!subject) return false;
  collector.addScalar(componentOfVariable(subject, value.value), { kind: 'variable', name }, value);
  return true;
}

function collectDefinition(name: string, value: YamlScalar, collector: Collector): void {
  if (value.style === 'block' || !value.isVerbatim) return;
  const text = withoutDigest(value.value);
  if (parseVersion(text)) collector.definitions.push({ name, text, offset: value.start });
}

function firstScalar(map: YamlMap, keys: readonly string[]): YamlScalar | null {
  for (const key of keys) {
    const scalar = scalarAt(map, key);
    if (scalar) return scalar;
  }
  return null;
}
