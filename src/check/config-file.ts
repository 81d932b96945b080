/** Endings of files that are not configuration: documentation, program source, lock files, media, archives, binaries. */
const OTHER_ENDINGS: ReadonlySet<string> = new Set(
  `md mdx markdown rst adoc asciidoc org textile html htm xhtml css scss sass less
   go py pyi pyc ipynb js mjs cjs jsx ts tsx mts cts vue svelte java kt scala clj c cc cpp cxx h hh hpp hxx m mm rs swift
   cs fs vb php pl pm r jl lua dart ex exs erl hs ml mli elm zig nim v sv vhd sql proto thrift graphql wat s asm
   lock sum mod log patch diff po pot csv tsv snap map
   png jpg jpeg gif svg ico bmp webp avif tif tiff psd drawio excalidraw pdf doc docx xls xlsx ppt pptx odt
   mp3 mp4 avi mov mkv webm wav ogg flac ttf otf woff woff2 eot
   zip gz tgz bz2 xz zst 7z rar tar jar war ear whl deb rpm apk dmg iso img qcow2 vmdk bin exe dll so dylib a o class wasm
   pem crt cer key p12 pfx jks gpg asc sig sha256 sha512 md5 db sqlite`
    .split(/\s+/)
    .filter(Boolean),
);
const OTHER_NAMES =
  /^(?:readme|changelog|changes|history|license|licence|copying|notice|contributing|authors|codeowners|maintainers|package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|composer\.lock|go\.work\.sum|renovate\.json5?|\.trivyignore|\.snyk|\.gitattributes|\.gitignore|\.gitmodules|\.dockerignore)(?:\.txt)?$/i;

/** The lock file of a Helm chart says which release a range came to. */
const CHART_LOCK = /^(?:Chart|requirements)\.lock$/;

/** Folders of what a program says to people, in their languages. */
const TRANSLATIONS = /(?:^|\/)(?:translations?|locales?|i18n|l10n)\//i;

/** Whether a file can be configuration by its name. Unknown endings and none at all can be. */
export function isConfigFile(path: string): boolean {
  if (TRANSLATIONS.test(path)) return false;
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (CHART_LOCK.test(name)) return true;
  if (OTHER_NAMES.test(name)) return false;
  const dot = name.lastIndexOf('.');
  return dot <= 0 || !OTHER_ENDINGS.has(name.slice(dot + 1).toLowerCase());
}

const BACKUP = /(?:\.(?:bak|backup|orig|old|save|rej)(?:[._-]?\d[\d._-]*)?|~)$/i;

/** Whether a file is kept and no longer deployed: in a folder of such things, or as the backup of another. */
export function isArchived(path: string): boolean {
  return /(?:^|\/)[._]?archived?\//i.test(path) || BACKUP.test(path);
}
