import { listAt, textAt, textMapAt, textsAt } from './fields.js';

/**
 * Whether labels match a selector as Kubernetes writes it (`matchLabels`, `matchExpressions`). An empty one, or none,
 * matches all; an operator that is not known matches nothing. Pure.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/label-selector/
 */
export function matchesSelector(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  return (
    Object.entries(textMapAt(selector, 'matchLabels')).every(([name, value]) => labels[name] === value) &&
    listAt(selector, 'matchExpressions').every((one) => matchesExpression(one, labels))
  );
}

function matchesExpression(expression: unknown, labels: Readonly<Record<string, string>>): boolean {
  const value = labels[textAt(expression, 'key')];
  const values = textsAt(expression, 'values');
  switch (textAt(expression, 'operator')) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}
