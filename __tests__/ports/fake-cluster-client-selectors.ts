import type { KubernetesObject, ListOptions } from '../../src/ports/cluster-client.js';
import { isMembers } from './fake-cluster-client-fields.js';

/** Whether an object is one of those that a list or a watch asks for. */
export function isSelected(
  object: KubernetesObject,
  options: Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector'>,
): boolean {
  const { namespace, labelSelector = '', fieldSelector = '' } = options;
  if (namespace != null && object.metadata.namespace !== undefined && object.metadata.namespace !== namespace)
    return false;
  return matchesLabels(object.metadata.labels ?? {}, labelSelector) && matchesFields(object, fieldSelector);
}

/** Requirements stand between commas, but not those within brackets. */
function matchesLabels(labels: Readonly<Record<string, string>>, selector: string): boolean {
  const requirements = selector.match(/(?:\([^)]*\)|[^,(])+/g) ?? [];
  return requirements.every((requirement) => matchesLabel(labels, requirement.trim()));
}

function matchesLabel(labels: Readonly<Record<string, string>>, requirement: string): boolean {
  const [, key = '', operator = '', list = ''] = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(requirement) ?? [];
  if (operator !== '') {
    const isIn = list
      .split(',')
      .map((value) => value.trim())
      .includes(labels[key] ?? '\0');
    return operator === 'in' ? isIn : !isIn;
  }
  const [, name = '', sign = '', value = ''] = /^([^!=]+)(!=|==?)(.*)$/.exec(requirement) ?? [];
  if (sign !== '') return (labels[name.trim()] === value.trim()) === (sign !== '!=');
  return requirement.startsWith('!')
    ? labels[requirement.slice(1)] === undefined
    : labels[requirement] !== undefined;
}

function matchesFields(object: KubernetesObject, selector: string): boolean {
  return selector
    .split(',')
    .filter((requirement) => requirement !== '')
    .every((requirement) => {
      const [, path = '', sign = '', wanted = ''] = /^([^!=]+)(!=|==?)(.*)$/.exec(requirement) ?? [];
      const value = path
        .split('.')
        .reduce<unknown>((part, name) => (isMembers(part) ? part[name] : undefined), object);
      return (textOf(value) === wanted) === (sign !== '!=');
    });
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
