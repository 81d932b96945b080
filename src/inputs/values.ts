import { InputError } from '../errors.js';
import type { InputName } from '../inputs-table.js';
import { isPlausible, parseVersion, type Version } from '../version/version.js';

/** Gives the text of an input; empty where it is not set. */
export type ReadInput = (name: InputName) => string;

/** One of some words, in whatever case. @throws InputError where it is none of them */
export function oneOf<Value extends string>(name: InputName, text: string, values: readonly Value[]): Value {
  const value = values.find((candidate) => candidate === text.toLowerCase());
  if (value !== undefined) return value;
  throw new InputError(
    name,
    `The input ${name} is “${printable(text)}”.`,
    `Use one of: ${values.join(', ')}.`,
  );
}

/** Whether an input says `true`. @throws InputError where it says neither */
export function isTrue(name: InputName, read: ReadInput): boolean {
  return oneOf(name, read(name), ['true', 'false']) === 'true';
}

const LARGEST_NUMBER = 100_000;

/** A whole number from the smallest that is allowed. @throws InputError where it is none */
export function wholeNumber(name: InputName, text: string, smallest: number): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (number >= smallest && number <= LARGEST_NUMBER) return number;
  throw new InputError(
    name,
    `The input ${name} is “${printable(text)}”.`,
    `Write a whole number from ${smallest} to ${LARGEST_NUMBER}.`,
  );
}

/** A number of nodes, or a share of them. @throws InputError where it is neither */
export function width(
  name: InputName,
  text: string,
): { readonly nodes: number } | { readonly percent: number } {
  const percent = /^(\d{1,3})\s*%$/.exec(text)?.[1];
  if (percent === undefined) return { nodes: wholeNumber(name, text, 1) };
  if (Number(percent) >= 1 && Number(percent) <= 100) return { percent: Number(percent) };
  throw new InputError(
    name,
    `The input ${name} is “${printable(text)}”.`,
    'Write a number of nodes (3) or a share of them from 1% to 100%.',
  );
}

/** Where Calico is to go. @throws InputError where it is no word of ours and no release */
export function target(text: string): 'recommended' | 'latest-patch' | Version {
  const word = (['recommended', 'latest-patch'] as const).find((one) => one === text.toLowerCase());
  if (word) return word;
  const version = parseVersion(text);
  if (version?.patch != null && isPlausible('calico', version)) return version;
  throw new InputError(
    'target',
    `The input target is “${printable(text)}”.`,
    'Write recommended, latest-patch, or a release such as v3.31.7.',
  );
}

/** A version of Kubernetes; null where nothing is said. @throws InputError where it is none */
export function kubernetesVersion(text: string): Version | null {
  if (text === '') return null;
  const version = parseVersion(text);
  if (version && isPlausible('kubernetes', version)) return version;
  throw new InputError(
    'kubernetes-version',
    `The input kubernetes-version is “${printable(text)}”.`,
    'Write a Kubernetes version such as v1.34 or v1.34.2.',
  );
}

/** One value a line; empty lines and comments are none. */
export function lines(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** null where there is none: the default is an expression that only a workflow fills in. */
export function token(text: string): string | null {
  return text === '' || text.startsWith('${{') ? null : text;
}

function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, 80);
}
