import { InputError } from '../errors.js';
import { SCENARIO_NAMES, type ScenarioName } from './scenarios/scenario-name.js';

/** How the network is tested. */
export interface NetworkTestSettings {
  readonly skip: ReadonlySet<ScenarioName>;
  /** To how many other nodes each node sends. */
  readonly degree: number;
  /** How long new pods and changes get to show, in ms. */
  readonly settleMs: number;
  /** How often a probe is tried that nothing excuses. */
  readonly tries: number;
  /** Targets outside of the cluster. */
  readonly outside: readonly { readonly host: string; readonly port: number }[];
  /** Whose address these see: they answer GET /clientip, as agnhost's netexec does. null where that is not looked at. */
  readonly outsideSees: 'node' | 'pod' | null;
}

export const DEFAULT_SETTINGS: NetworkTestSettings = {
  skip: new Set(),
  degree: 2,
  settleMs: 60_000,
  tries: 3,
  outside: [],
  outsideSees: null,
};

const INPUT = 'network-test-settings';
const KEYS = ['only', 'skip', 'degree', 'settle-seconds', 'tries', 'outside', 'outside-sees'] as const;
type Key = (typeof KEYS)[number];

/**
 * Reads the input `network-test-settings`: lines `key: value`, lists separated by spaces or commas.
 *
 * @throws InputError that names the line
 */
export function parseNetworkTestSettings(text: string): NetworkTestSettings {
  const values = parseLines(text);
  if (values.has('only') && values.has('skip'))
    throw wrong('only and skip', 'are given both', 'Keep one of them.');
  const only = values.get('only');
  const skip =
    only === undefined ? wordsOf(values.get('skip')).map(scenarioOf) : allBut(wordsOf(only).map(scenarioOf));
  return {
    skip: new Set(skip),
    degree: numberOf('degree', values, 1, 16) ?? DEFAULT_SETTINGS.degree,
    settleMs: (numberOf('settle-seconds', values, 1, 600) ?? DEFAULT_SETTINGS.settleMs / 1000) * 1000,
    tries: numberOf('tries', values, 1, 20) ?? DEFAULT_SETTINGS.tries,
    outside: wordsOf(values.get('outside')).map(addressOf),
    outsideSees: seesOf(values),
  };
}

function parseLines(text: string): ReadonlyMap<Key, string> {
  const values = new Map<Key, string>();
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const [, name = '', value = ''] = /^([a-z-]+):\s*(.*)$/.exec(line) ?? [];
    const key = KEYS.find((known) => known === name);
    if (key === undefined || value === '') {
      throw wrong(
        `the line “${printable(line)}”`,
        'is none of its settings',
        `Write lines such as “degree: 2”; settings are ${KEYS.join(', ')}.`,
      );
    }
    if (values.has(key)) throw wrong(key, 'is there twice', 'Keep one of them.');
    values.set(key, value);
  }
  return values;
}

function wordsOf(text = ''): readonly string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

function scenarioOf(word: string): ScenarioName {
  const name = SCENARIO_NAMES.find((known) => known === word);
  if (name !== undefined) return name;
  throw wrong(`“${printable(word)}”`, 'is no scenario', `Scenarios are ${SCENARIO_NAMES.join(', ')}.`);
}

function allBut(kept: readonly ScenarioName[]): readonly ScenarioName[] {
  return SCENARIO_NAMES.filter((name) => !kept.includes(name));
}

function numberOf(key: Key, values: ReadonlyMap<Key, string>, least: number, most: number): number | null {
  const text = values.get(key);
  if (text === undefined) return null;
  const number = /^\d{1,4}$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw wrong(
    `${key} “${printable(text)}”`,
    'is not possible',
    `Write a whole number from ${least} to ${most}.`,
  );
}

function seesOf(values: ReadonlyMap<Key, string>): NetworkTestSettings['outsideSees'] {
  const text = values.get('outside-sees');
  if (text === undefined) return null;
  if (text !== 'node' && text !== 'pod') {
    throw wrong(`outside-sees “${printable(text)}”`, 'is neither', 'Write node or pod.');
  }
  if (values.has('outside')) return text;
  throw wrong('outside-sees', 'says what nobody sees', 'Name a target in outside, or leave it away.');
}

function addressOf(word: string): { readonly host: string; readonly port: number } {
  const [, inBrackets, plain, port = ''] =
    /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)):(\d{1,5})$/
      .exec(word)
      ?.toSpliced(3, 1) ?? [];
  const host = inBrackets ?? plain;
  if (host !== undefined && Number(port) >= 1 && Number(port) <= 65_535) return { host, port: Number(port) };
  throw wrong(
    `outside “${printable(word)}”`,
    'is no address',
    'Write host:port, such as 192.0.2.1:443 or [2001:db8::1]:443.',
  );
}

function wrong(what: string, why: string, remedy: string): InputError {
  return new InputError(INPUT, `In the input ${INPUT}, ${what} ${why}.`, remedy);
}

function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, 80);
}
