import type { Collector } from '../collector.js';
import type { Component } from '../../version/version.js';
import type { HclAttribute } from './hcl.js';

/** Expressions that read a value from elsewhere. */
const READS = /\b(?:var|local|each\.value|module\.\w{1,100}|data\.\w{1,100}\.\w{1,100})\.\w{1,100}/g;
const NUMBER = /^\d+\.\d+$/;

/** Adds what an attribute says as the version of a component. An unquoted value is an expression: what it reads decides. */
export function addValue(
  component: Component,
  subject: { readonly kind: 'field' | 'variable' | 'chart' | 'image'; readonly name: string },
  { value, quoted, offset }: HclAttribute,
  collector: Collector,
): void {
  if (quoted || NUMBER.test(value)) {
    collector.add({ component, subject, text: value, offset });
    return;
  }
  const variables = [...value.matchAll(READS)].map(([name]) => ({ name, fallback: null }));
  if (variables.length > 0) collector.templates.push({ component, subject, text: value, offset, variables });
}
