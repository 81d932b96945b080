import { Environment, EvaluationError, type ParseResult } from '@marcbachmann/cel-js';
import { isFields } from '../../cluster/fields.js';
import { joinField } from '../customisations/field-path.js';
import type { Notes } from './check-value.js';
import { isCidr, isIp } from './formats.js';
import { fieldSchema, type Schema, type SchemaRule } from './schema.js';

/** CEL with the functions of Kubernetes that rules of Calico use. @see https://kubernetes.io/docs/reference/using-api/cel/ */
const environment = new Environment({ unlistedVariablesAreDyn: true })
  .registerFunction('isCIDR(string): bool', (text: string) => isCidr(text))
  .registerFunction('isIP(string): bool', (text: string) => isIp(text));

const parsed = new Map<string, ParseResult | null>();

/** Holds a value, and all below it, to the rules of its schema. Rules about changes (`oldSelf`) say nothing of it. */
export function checkRules(value: unknown, schema: Schema, path: string, notes: Notes): void {
  if (value === null || value === undefined) return;
  for (const rule of schema['x-kubernetes-validations'] ?? []) checkRule(value, rule, path, notes);
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items) value.forEach((item, index) => checkRules(item, items, `${path}[${index}]`, notes));
  } else if (isFields(value)) {
    for (const [name, field] of Object.entries(value)) {
      const inner = fieldSchema(schema, name);
      if (inner) checkRules(field, inner, joinField(path, name), notes);
    }
  }
}

function checkRule(value: unknown, { rule, message }: SchemaRule, path: string, notes: Notes): void {
  if (/\boldSelf\b/.test(rule)) return;
  const verdict = evaluate(rule, value);
  if (verdict === null) notes.unchecked(path, value, `The rule ${rule} was not checked.`);
  else if (!verdict)
    notes.invalid(path, value, message === undefined ? `It breaks the rule ${rule}.` : sentence(message));
}

/** Whether a value keeps a rule; null where that cannot be told. A field that the rule needs and is not there breaks it. */
function evaluate(rule: string, self: unknown): boolean | null {
  const known = parsed.get(rule);
  const expression = known === undefined ? parse(rule) : known;
  parsed.set(rule, expression);
  if (!expression) return null;
  try {
    const verdict: unknown = expression({ self });
    return typeof verdict === 'boolean' ? verdict : null;
  } catch (error) {
    return error instanceof EvaluationError && error.code === 'no_such_key' ? false : null;
  }
}

function parse(rule: string): ParseResult | null {
  try {
    return environment.parse(rule);
  } catch {
    return null;
  }
}

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? '' : '.'}`;
}
