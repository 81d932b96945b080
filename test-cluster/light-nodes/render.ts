import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { expressionsOf, imageFails, initCrashes, isRule, STANDARD_BACK_OFF_MS } from './expressions.js';
import { type FaultRule, imagePattern, type PodFault } from './faults.js';

/** A Stage of kwok. @see https://kwok.sigs.k8s.io/docs/user/stages-configuration/ */
export interface Stage {
  readonly metadata: { readonly name: string };
  readonly spec: unknown;
}

const STAGES = join(import.meta.dirname, 'stages');

/** All stages of the light nodes, while these faults are in force. `table` names this table of faults. */
export function renderStages(rules: readonly FaultRule[], table: string): readonly Stage[] {
  const common: Readonly<Record<string, string>> = { ...expressionsOf(rules), table };
  const normal = readdirSync(STAGES)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => fill(join(STAGES, file), common));
  const faulty = rules.flatMap((rule, index) => {
    const file = FAULT_FILES[rule.fault.kind];
    return file === null ? [] : [fill(join(STAGES, 'faults', file), wordsOf(rules, index, rule))];
  });
  return [...normal, ...faulty];
}

/** The stage that plays a fault; null where the fault only holds back the stages of healthy pods. */
const FAULT_FILES: Readonly<Record<PodFault['kind'], string | null>> = {
  'image-pull': 'image-pull.yaml',
  'crash-loop': 'crash-loop.yaml',
  'init-crash-loop': 'init-crash-loop.yaml',
  'never-ready': 'never-ready.yaml',
  slow: null,
  'stuck-terminating': null,
};

const CRASH_AFTER_MS = 500;

function wordsOf(
  rules: readonly FaultRule[],
  index: number,
  rule: FaultRule,
): Readonly<Record<string, string>> {
  const { fault, on } = rule;
  const isCrash = fault.kind === 'crash-loop' || fault.kind === 'init-crash-loop';
  const container = isCrash ? fault.container : undefined;
  const backOffMs = isCrash || fault.kind === 'image-pull' ? fault.backOffMs : undefined;
  const message = fault.kind === 'image-pull' || fault.kind === 'never-ready' ? fault.message : undefined;
  return {
    name: `fault-${index}-${fault.kind}`,
    isFault: isRule(rules, index),
    imageFails: imageFails(rule),
    initCrashes: initCrashes(rule),
    image: JSON.stringify(imagePattern(on)),
    container: JSON.stringify(container === undefined ? '.*' : `^${container}$`),
    message: JSON.stringify(message ?? 'not found'),
    unhealthy: JSON.stringify(`Readiness probe failed: ${message ?? 'not ready'}`),
    exitCode: String((isCrash ? fault.exitCode : undefined) ?? 1),
    afterMs: String((isCrash ? fault.afterMs : undefined) ?? CRASH_AFTER_MS),
    backOffMs: String(backOffMs ?? STANDARD_BACK_OFF_MS),
  };
}

/** A word that stands alone in quotes takes the quotes with it, so that it can be a number. */
function fill(path: string, words: Readonly<Record<string, string>>): Stage {
  const text = readFileSync(path, 'utf8').replace(
    /'@(\w+)@'|@(\w+)@/g,
    (whole, alone?: string, within?: string) => {
      const value = words[alone ?? within ?? ''];
      if (value === undefined) throw new Error(`${path}: nothing is known for ${whole}`);
      return value;
    },
  );
  return load(text) as Stage;
}
