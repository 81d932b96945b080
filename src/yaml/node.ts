/** A scalar with its decoded text and where that text stands in the file (inside the quotes; of a block, its first line). */
export interface YamlScalar {
  readonly kind: 'scalar';
  readonly value: string;
  readonly start: number;
  readonly end: number;
  readonly style: 'plain' | 'quoted' | 'block';
  /** Whether the file has the value, letter by letter, between `start` and `end`. */
  readonly isVerbatim: boolean;
}

export interface YamlEntry {
  readonly key: YamlScalar;
  readonly value: YamlNode;
}

export interface YamlMap {
  readonly kind: 'map';
  readonly start: number;
  readonly entries: readonly YamlEntry[];
}

export interface YamlSequence {
  readonly kind: 'sequence';
  readonly start: number;
  readonly items: readonly YamlNode[];
}

/** `*name`. What it points at is looked up one step at a time, so that alias bombs cost nothing. */
export interface YamlAlias {
  readonly kind: 'alias';
  readonly start: number;
  readonly name: string;
  readonly target: YamlNode | null;
}

export type YamlNode = YamlScalar | YamlMap | YamlSequence | YamlAlias;

/** One document of a stream. `start` and `end` bound its text in the file. */
export interface YamlDocument {
  readonly start: number;
  readonly end: number;
  readonly root: YamlNode;
}

/** A document that no YAML parser reads, and where it stops. */
export interface YamlProblem {
  readonly start: number;
  readonly end: number;
  /** Offset at which reading failed. */
  readonly at: number;
  readonly message: string;
}

export interface YamlStream {
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly YamlProblem[];
}
