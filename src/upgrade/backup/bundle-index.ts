import { asFields, asList, type Fields, numberAt, textAt } from '../../cluster/fields.js';
import { InputError } from '../../errors.js';

/** The format that this program writes, and the newest that it reads. */
export const FORMAT_VERSION = 1;

/** `bundle.json`: what a bundle is of, and what is in it. */
export interface BundleIndex {
  readonly formatVersion: typeof FORMAT_VERSION;
  /** Version of the program that made it. */
  readonly madeBy: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** Address of the run that made it; empty on a terminal. */
  readonly run: string;
  /** UID of the namespace `kube-system`: which cluster it is of. */
  readonly clusterUid: string;
  /** `v1.34.4`. */
  readonly kubernetes: string;
  /** `v3.30.7`; empty where the versions on the cluster disagreed. */
  readonly calico: string;
  readonly method: string;
  readonly variant: string;
  /** `kube-system` or `calico-system`. */
  readonly namespace: string;
  /** The group that holds Calico's data. */
  readonly dataGroup: string;
  /** How many objects of each kind there are, by the kind's directory. */
  readonly counts: Readonly<Record<string, number>>;
  readonly secrets: 'encrypted' | 'left-out';
  /** The release that installed Calico; null where Helm did not, or the bundle does not say. */
  readonly helm: BundleRelease | null;
  readonly leftOut: readonly LeftOut[];
}

/** A release of Helm as it was when the bundle was made. */
export interface BundleRelease {
  readonly name: string;
  readonly namespace: string;
  readonly revision: number;
  /** `v3.30.7` */
  readonly chartVersion: string;
}

export interface LeftOut {
  readonly what: string;
  readonly why: string;
}

export function formatIndex(index: BundleIndex): string {
  return `${JSON.stringify(index, null, 2)}\n`;
}

const TEXTS = [
  'madeBy',
  'createdAt',
  'run',
  'clusterUid',
  'kubernetes',
  'calico',
  'method',
  'variant',
  'namespace',
  'dataGroup',
] as const;

/** @throws InputError where it is no index, or one of a newer format */
export function parseIndex(text: string): BundleIndex {
  const fields = parseFields(text);
  const { formatVersion } = fields;
  if (typeof formatVersion === 'number' && formatVersion > FORMAT_VERSION) {
    throw new InputError(
      'backup-artifact',
      `The bundle has format ${formatVersion}; this release reads formats up to ${FORMAT_VERSION}.`,
      'Roll back with the release that made it, or a later one.',
    );
  }
  if (formatVersion !== FORMAT_VERSION) throw damaged('formatVersion');
  const missing = TEXTS.find((name) => typeof fields[name] !== 'string');
  if (missing !== undefined) throw damaged(missing);
  if (textAt(fields, 'clusterUid') === '') throw damaged('clusterUid');
  const { secrets } = fields;
  if (secrets !== 'encrypted' && secrets !== 'left-out') throw damaged('secrets');
  return {
    ...(Object.fromEntries(TEXTS.map((name) => [name, fields[name]])) as Record<
      (typeof TEXTS)[number],
      string
    >),
    formatVersion: FORMAT_VERSION,
    counts: parseCounts(fields['counts']),
    secrets,
    helm: parseRelease(fields['helm']),
    leftOut: (asList(fields['leftOut']) ?? []).map((one) => ({
      what: textAt(one, 'what'),
      why: textAt(one, 'why'),
    })),
  };
}

function parseFields(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(null);
  }
  const fields = asFields(value);
  if (fields === null) throw damaged(null);
  return fields;
}

function parseCounts(value: unknown): Readonly<Record<string, number>> {
  const counts = Object.entries(asFields(value) ?? {});
  if (
    value === undefined ||
    counts.some(([, count]) => !Number.isSafeInteger(count) || (count as number) < 0)
  ) {
    throw damaged('counts');
  }
  return Object.fromEntries(counts) as Record<string, number>;
}

/** What a name of a release, of a namespace and of a chart's version may be; none of them is ever an option of a program. */
const WORD = /^[a-z0-9](?:[\w.+-]{0,99})$/;

/** @throws InputError where it is there and no release */
function parseRelease(value: unknown): BundleRelease | null {
  if (value === undefined || value === null) return null;
  const [name, namespace, chartVersion] = [
    textAt(value, 'name'),
    textAt(value, 'namespace'),
    textAt(value, 'chartVersion'),
  ];
  const revision = numberAt(value, 'revision') ?? 0;
  const isWhole = [name, namespace, chartVersion].every((text) => WORD.test(text));
  if (!isWhole || !Number.isSafeInteger(revision) || revision < 1) throw damaged('helm');
  return { name, namespace, revision, chartVersion };
}

function damaged(field: string | null): InputError {
  return new InputError(
    'backup-artifact',
    field === null
      ? 'bundle.json of the bundle is not readable as JSON.'
      : `bundle.json of the bundle has no readable ${field}.`,
    'Download the bundle anew, or take another one.',
  );
}
