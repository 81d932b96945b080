import { Environment, EvaluationError, type ParseResult } from '@marcbachmann/cel-js';
import { isFields } from '../../cluster/fields.js';
import type { Check, Notes } from './check.js';
import { isCidr, isIp } from './formats.js';
import { type Place, remember } from './place.js';
import type { Schema, SchemaRule } from './schema.js';

/** CEL with the functions of Kubernetes that rules of Calico use. @see https://kubernetes.io/docs/reference/using-api/cel/ */
const environment = new Environment({ unlistedVariablesAreDyn: true })
  .registerFunction('isCIDR(string): bool', (text: string) => isCidr(text))
  .registerFunction('isIP(string): bool', (text: string) => isIp(text));

const parsed = new Map<string, ParseResult | null>();

/**
 * How values are held to the rules of a schema and of all below it; null where there are none. Rules about changes
 * (`oldSelf`) say nothing of a stored value.
 */
export const compileRules: (schema: Schema) => Check | null = remember((schema) => {
  const rules = (schema['x-kubernetes-validations'] ?? []).filter(({ rule }) => !/\boldSelf\b/.test(rule));
  const items = schema.items ? compileRules(schema.items) : null;
  const fields = new Map(
    Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
      const check = compileRules(inner);
      return check ? [[name, check] as const] : [];
    }),
  );
  const { additionalProperties, properties = {} } = schema;
  const rest = typeof additionalProperties === 'object' ? compileRules(additionalProperties) : null;
  if (rules.length === 0 && !items && fields.size === 0 && !rest) return null;
  return (value, parent, notes) => {
    if (value === null || value === undefined) return;
    for (const rule of rules) checkRule(value, rule, parent, notes);
    if (Array.isArray(value)) {
      if (items)
        value.forEach((item, name) => {
          items(item, { parent, name }, notes);
        });
    } else if (isFields(value)) {
      for (const name in value) {
        const check = Object.hasOwn(properties, name) ? fields.get(name) : rest;
        check?.(value[name], { parent, name }, notes);
      }
    }
  };
});

function checkRule(value: unknown, { rule, message }: SchemaRule, place: Place | null, notes: Notes): void {
  const verdict = evaluate(rule, value);
  if (verdict === null) notes.unchecked(place, value, `The rule ${rule} was not checked.`);
  else if (!verdict)
    notes.invalid(place, value, message === undefined ? `It breaks the rule ${rule}.` : sentence(message));
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
