import type { Severity } from '../findings/severity.js';
import { FINDING_KINDS, type FindingCode, type FindingKind } from '../findings/registry.js';
import { clip } from './text.js';

/** SARIF's words for the severities. */
export const SARIF_LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  notice: 'note',
};

/** GitHub's limit for the texts of a rule, in characters. */
const LONGEST_RULE_TEXT = 1024;
const LONGEST_RULE_NAME = 255;

/** A `reportingDescriptor`: what one code stands for. */
export interface SarifRule {
  readonly id: FindingCode;
  readonly name: string;
  readonly shortDescription: { readonly text: string };
  readonly fullDescription: { readonly text: string };
  readonly help: { readonly text: string; readonly markdown: string };
  readonly helpUri?: string;
  readonly defaultConfiguration: { readonly level: 'error' | 'warning' | 'note' };
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Every code as a rule, in the registry's order; `docsUrl` is the page whose anchors are the codes, null without one. */
export function sarifRules(docsUrl: string | null): readonly SarifRule[] {
  return Object.entries(FINDING_KINDS).map(([code, kind]) => ruleOf(code as FindingCode, kind, docsUrl));
}

function ruleOf(code: FindingCode, kind: FindingKind, docsUrl: string | null): SarifRule {
  return {
    id: code,
    name: clip(pascalCase(code), LONGEST_RULE_NAME),
    shortDescription: { text: clip(kind.title, LONGEST_RULE_TEXT) },
    fullDescription: { text: clip(kind.explanation, LONGEST_RULE_TEXT) },
    help: {
      text: `${kind.explanation}\n\n${kind.remedy}`,
      markdown: `${kind.explanation}\n\n**What to do:** ${kind.remedy}`,
    },
    ...(docsUrl === null ? {} : { helpUri: `${docsUrl}#${code}` }),
    defaultConfiguration: { level: SARIF_LEVELS[kind.severity] },
    properties: {
      tags: ['calico', 'kubernetes', 'compatibility'],
      precision: 'high',
      'problem.severity': kind.severity === 'notice' ? 'recommendation' : kind.severity,
    },
  };
}

function pascalCase(code: string): string {
  return code.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
