import { createValueReader } from './templates.js';

/** `name = value` in whatever language: shell, Make, Dockerfile, dotenv, INI, TOML, HCL, JSON, flat YAML, a flag. */
export interface Assignment {
  readonly name: string;
  /** The value without quotes. */
  readonly value: string;
  readonly offset: number;
  /** Whether it is a flag of a command: `--name=value`, `--name value`. */
  readonly isFlag: boolean;
}

const readValue = createValueReader(String.raw`[\w.+~^*@%:/-]`);
/** What stands before the value. */
const PATTERNS = [
  // NAME=value (but no annotation: example.com/NAME: value), NAME ?= value, "name": "value", name = "value", name: value, --name=value
  String.raw`(?<![\w.$/-]|\$\{)["']?(?<flag>--?)?(?<name>[A-Za-z_][\w.-]*)["']?[ \t]*(?:\?=|::?=|=>|=|:)[ \t]*["'\\]{0,2}`,
  // ${NAME:-value}
  String.raw`\$\{(?<name>[A-Za-z_]\w*):?[-=]["']?`,
  // ENV NAME value, --name value
  String.raw`(?:^[ \t]*ENV[ \t]+|(?<=[\s"'])(?<flag>--?))(?<name>[A-Za-z_][\w.-]*)[ \t]+["']?`,
  // $name = 'value', $env:NAME = "value"
  String.raw`^[ \t]*\$(?:[A-Za-z]+:)?(?<name>[A-Za-z_]\w*)[ \t]*=[ \t]*["']?`,
  // NAME = ENV["NAME"] || "value", NAME = ENV.fetch("NAME", "value")
  String.raw`(?<![\w.$-])(?<name>[A-Za-z_]\w*)[ \t]*=[ \t]*ENV(?:\[["']\w{1,80}["']\][ \t]*\|\||\.fetch\(["']\w{1,80}["'],)[ \t]*["']`,
  // string(name: 'NAME', defaultValue: 'value')
  String.raw`\bname:[ \t]*["'](?<name>[A-Za-z_][\w.-]{0,80})["'],[ \t\r\n]{0,80}(?:defaultValue|value):[ \t]*["']`,
].map((source) => new RegExp(source, 'gm'));

/** Finds the assignments in text whose comments are blanked out. */
export function findAssignments(text: string): Assignment[] {
  const found: Assignment[] = [];
  for (const pattern of PATTERNS) {
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
      const { name = '', flag } = match.groups ?? {};
      const offset = pattern.lastIndex;
      const value = readValue(text, offset);
      if (value === '') continue;
      pattern.lastIndex = offset + value.length;
      found.push({ name, value, offset, isFlag: flag !== undefined });
      // What looks like a value may be the name of an assignment (run: NAME=value) or hold one (${A:-${B:-value}})
      if (text[offset + value.length] === '=' || value.startsWith('${')) pattern.lastIndex = offset;
    }
  }
  return found;
}
