/**
 * Fields of an object as `fieldsV1` of managedFields writes them: a tree whose keys name a field (`f:spec`), a list item
 * by its keys (`k:{"name":"a"}`), by its value (`v:"a"`) or by its index (`i:0`). An empty node is a field that is in
 * the set; `.` says so of a field that has more below it.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export interface FieldSet {
  readonly [key: string]: FieldSet;
}

const SELF = '.';

/** All fields of both. */
export function unionOf(left: FieldSet, right: FieldSet): FieldSet {
  const union: Record<string, FieldSet> = { ...left };
  for (const [key, below] of Object.entries(right)) {
    const before = union[key];
    union[key] = before === undefined ? below : unionOfNodes(before, below);
  }
  return union;
}

/** An empty node is in the set itself; next to fields below it that has to be said. */
function unionOfNodes(left: FieldSet, right: FieldSet): FieldSet {
  const [isLeft, isRight] = [isEmpty(left), isEmpty(right)];
  if (isLeft && isRight) return {};
  return unionOf(isLeft ? { [SELF]: {} } : left, isRight ? { [SELF]: {} } : right);
}

/** The fields that are in the first and not in the second. */
export function differenceOf(left: FieldSet, right: FieldSet): FieldSet {
  const difference: Record<string, FieldSet> = {};
  for (const [key, below] of Object.entries(left)) {
    const other = right[key];
    if (other === undefined) difference[key] = below;
    else if (!isEmpty(below)) {
      const rest = differenceOf(below, isEmpty(other) ? { [SELF]: {} } : other);
      if (!isEmpty(rest)) difference[key] = rest;
    }
    // An empty node is a field itself: the other set has it where it says so, or is empty there too.
    else if (!isEmpty(other) && other[SELF] === undefined) difference[key] = below;
  }
  return difference;
}

/** Whether there is nothing in the set. */
export function isEmpty(set: FieldSet): boolean {
  return Object.keys(set).length === 0;
}

/**
 * The object without these fields. A list item or map that is itself in the set goes with all below it, also what nobody
 * owns (defaults), unless it, or something below, is in `kept`.
 */
export function withoutFields(value: unknown, set: FieldSet, kept: FieldSet = {}): unknown {
  return Array.isArray(value) ? withoutItems(value, set, kept) : withoutMembers(value, set, kept);
}

function withoutMembers(value: unknown, set: FieldSet, kept: FieldSet): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
      const rest = withoutNode(member, set[`f:${name}`], kept[`f:${name}`]);
      return rest === GONE ? [] : [[name, rest]];
    }),
  );
}

function withoutItems(items: readonly unknown[], set: FieldSet, kept: FieldSet): unknown {
  return items.flatMap((item) => {
    const key = Object.keys(set).find((candidate) => isKeyOf(candidate, item)) ?? '';
    const rest = withoutNode(item, set[key], kept[key]);
    return rest === GONE ? [] : [rest];
  });
}

const GONE = Symbol('gone');

function withoutNode(value: unknown, set: FieldSet | undefined, kept: FieldSet | undefined): unknown {
  if (set === undefined) return value;
  const isItself = isEmpty(set) || set[SELF] !== undefined;
  return isItself && kept === undefined ? GONE : withoutFields(value, set, kept);
}

/** Whether a key of a set, `k:{…}` or `v:…`, means this list item. */
function isKeyOf(key: string, item: unknown): boolean {
  if (!/^[kv]:/.test(key)) return false;
  const wanted = JSON.parse(key.slice(2)) as unknown;
  if (key.startsWith('v:')) return wanted === item;
  return Object.entries(wanted as object).every(
    ([field, value]) => (item as Record<string, unknown> | null)?.[field] === value,
  );
}
