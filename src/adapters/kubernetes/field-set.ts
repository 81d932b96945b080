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
