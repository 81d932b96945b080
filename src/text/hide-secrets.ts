const MASK = '***';
/** What only a secret looks like, and what stands behind a word that says so. */
const SECRETS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // JSON web tokens, such as those of service accounts
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, MASK],
  [/\b(Bearer|Basic)\s+[\w+/=.~-]{8,}/gi, `$1 ${MASK}`],
  // A user and a password in an address
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@:]+:[^\s/@]+@/gi, `$1${MASK}@`],
  [
    /((?:token|password|passwd|secret|api[-_]?key|private[-_]?key)["']?\s*[:=]\s*)(?:"[^"]*"|'[^']*'|[^\s"',}]+)/gi,
    `$1${MASK}`,
  ],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, MASK],
];

/** A text of somebody else's program with `***` in the place of what looks like a secret. */
export function hideSecrets(text: string): string {
  return SECRETS.reduce((hidden, [pattern, replacement]) => hidden.replaceAll(pattern, replacement), text);
}
