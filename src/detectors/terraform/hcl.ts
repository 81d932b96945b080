/** An attribute of a Terraform block or object, with the blocks around it. */
export interface HclAttribute {
  /** Headers of the blocks and names of the objects around it, outermost first: `resource aws_eks_cluster main`. */
  readonly path: readonly string[];
  readonly name: string;
  /** The value: the text inside the quotes of a string, else the expression. */
  readonly value: string;
  readonly quoted: boolean;
  readonly offset: number;
  /** Identifies the block that holds the attribute: its siblings share it. */
  readonly block: number;
}

/** What a Terraform or HCL file holds. */
export interface HclFile {
  readonly attributes: readonly HclAttribute[];
  /** Heredocs, with the name of the attribute that each is the value of. */
  readonly heredocs: readonly { readonly name: string; readonly start: number; readonly end: number }[];
}

interface Frame {
  readonly title: string;
  readonly block: number;
}

const NAMED = /^(?<name>"[^"\n]{1,200}"|[A-Za-z_][\w-]{0,200})[ \t]*(?:=(?![=>])|:)[ \t]*/;
const HEADER =
  /^(?<header>[A-Za-z_][\w-]{0,200}(?:[ \t]+(?:"[^"\n]{0,200}"|[A-Za-z_][\w-]{0,200})){0,4})[ \t]*\{/;
const HEREDOC = /<<[-~]?(?<marker>[A-Za-z_]\w{0,100})[ \t]*\r?$/;
/** Frames beyond this depth are those of broken text. */
const DEEPEST = 100;

/**
 * Reads the attributes of a Terraform or HCL file whose comments are blanked out. A reader of the shapes that people
 * write, line by line: it keeps track of braces and skips heredocs, and does not evaluate anything.
 */
export function readHcl(code: string): HclFile {
  const reader = new HclReader();
  for (let start = 0; start < code.length;) {
    const newline = code.indexOf('\n', start);
    const end = newline === -1 ? code.length : newline;
    reader.readLine(code.slice(start, end), start);
    start = end + 1;
  }
  return reader;
}

class HclReader implements HclFile {
  readonly attributes: HclAttribute[] = [];
  readonly heredocs: { readonly name: string; readonly start: number; readonly end: number }[] = [];
  private stack: Frame[] = [];
  private blocks = 0;
  private open: { readonly marker: string; readonly name: string; readonly start: number } | null = null;

  readLine(line: string, start: number): void {
    const content = line.trimStart();
    const offset = start + line.length - content.length;
    if (this.open !== null) {
      if (content.trimEnd() !== this.open.marker) return;
      this.heredocs.push({ name: this.open.name, start: this.open.start, end: start });
      this.open = null;
      return;
    }
    const closing = /^[\])}, \t]*/.exec(content)?.[0].length ?? 0;
    this.trackBraces(content.slice(0, closing), '');
    this.readContent(content.slice(closing), offset + closing);
  }

  private readContent(content: string, offset: number): void {
    const named = NAMED.exec(content);
    const name = clean(named?.groups?.['name'] ?? '');
    const rest = content.slice(named?.[0].length ?? 0);
    const at = offset + content.length - rest.length;
    const header = clean(named ? '' : (HEADER.exec(content)?.groups?.['header'] ?? ''));
    if (named) this.readValue(name, rest, at);
    else if (rest.includes('{'))
      this.readInline(rest, at, header === '' ? this.path() : [...this.path(), header]);
    this.trackBraces(rest, header || name);
    const marker = rest.includes('<<') ? HEREDOC.exec(rest)?.groups?.['marker'] : undefined;
    if (marker !== undefined) this.open = { marker, name, start: offset + content.length };
  }

  private path(): readonly string[] {
    return this.stack.map(({ title }) => title).filter((title) => title !== '');
  }

  private add(name: string, value: string, quoted: boolean, offset: number): void {
    this.attributes.push({
      path: this.path(),
      block: this.stack.at(-1)?.block ?? 0,
      name,
      value,
      quoted,
      offset,
    });
  }

  private readValue(name: string, rest: string, offset: number): void {
    if (rest.startsWith('{')) this.readInline(rest, offset, [...this.path(), name]);
    else if (rest.startsWith('[')) this.readList(name, rest, offset);
    else if (rest.startsWith('"')) {
      const string = readString(rest, 0);
      if (string) this.add(name, string.value, true, offset + 1);
    } else {
      const value = rest.trimEnd().replace(/,$/, '').trimEnd();
      if (value !== '' && !value.startsWith('(')) this.add(name, value, false, offset);
    }
  }

  private readList(name: string, rest: string, offset: number): void {
    if (rest.includes('{')) this.readInline(rest, offset, [...this.path(), name]);
    for (let at = rest.indexOf('"'); at !== -1;) {
      const string = readString(rest, at);
      if (!string) return;
      this.add(name, string.value, true, offset + at + 1);
      at = rest.indexOf('"', string.end);
    }
  }

  /** Attributes of blocks and objects written on one line: `{ version = "1.29", name = "a" }`. */
  private readInline(rest: string, offset: number, path: readonly string[]): void {
    const close = rest.includes('}');
    const block = close ? ++this.blocks : this.blocks + 1;
    const inline =
      /(?<![\w-])(?<name>[A-Za-z_][\w-]{0,200})"?[ \t]{0,40}[=:][ \t]{0,40}"(?<value>[^"\n]{0,1000})"/g;
    inline.lastIndex = rest.indexOf('{');
    for (let match = inline.exec(rest); match; match = inline.exec(rest)) {
      const { name = '', value = '' } = match.groups ?? {};
      const at = offset + match.index + match[0].length - value.length - 1;
      this.attributes.push({ path, block, name, value, quoted: true, offset: at });
    }
  }

  /** A bracket opens a frame, and its partner closes it, whatever kind they are. */
  private trackBraces(rest: string, title: string): void {
    for (let index = 0; index < rest.length; index++) {
      const char = rest[index] ?? '';
      if (char === '"') index = (readString(rest, index)?.end ?? rest.length) - 1;
      else if ('{[('.includes(char) && this.stack.length < DEEPEST)
        this.stack.push({ title, block: ++this.blocks });
      else if ('}])'.includes(char)) this.stack.pop();
    }
  }
}

function clean(header: string): string {
  return header.replaceAll('"', '').replace(/[ \t]+/g, ' ');
}

/** The string that starts at a quote, and the offset after it; null where it is not closed on the line. */
function readString(text: string, start: number): { readonly value: string; readonly end: number } | null {
  let depth = 0;
  for (let index = start + 1; index < text.length; index++) {
    const char = text[index];
    if (char === '\\') index++;
    // "${lookup(var.versions, "calico")}": quotes inside an interpolation do not end the string
    else if (char === '{' && (depth > 0 || text[index - 1] === '$')) depth++;
    else if (char === '}' && depth > 0) depth--;
    else if (char === '"' && depth === 0) return { value: text.slice(start + 1, index), end: index + 1 };
  }
  return null;
}
