const MASK = '***';

/** Names of fields, variables and flags that stand for a secret. */
const SECRET = /passw|token|secret|credential|private[-_]?key|auth(?!or)|\bkey\b/i;
/** Names that look like the above and hold none: files, and what the object is called. */
const HARMLESS =
  /automountServiceAccountToken|secretName|secretKeyRef|(?:^|[.[])(?:mountPath|hostPath)|_(?:CAFILE|CERTFILE|KEYFILE|FILE|PATH|DIR)\b/;

/** Whether what a field, a variable or a flag of that name holds is not to be shown. */
export function isSecretName(name: string): boolean {
  return SECRET.test(name) && !HARMLESS.test(name);
}

/** What is a credential by its own form. Every quantifier has an end, so that no text takes long. */
const FORMS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [
    /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g,
    '(private key)',
  ],
  // The same in base64, as kubeconfigs and Secrets have it; certificates too, which nobody misses
  [/LS0tLS1CRUdJTi[\w+/=-]*/g, MASK],
  // A JSON Web Token
  [/\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g, MASK],
  [/\b(bearer|basic)(\s+)[\w.~+/=-]{6,}/gi, `$1$2${MASK}`],
  // https://user:password@host
  [/(:\/\/)[^\s/@"']{1,256}@/g, `$1${MASK}@`],
  [/\b(?:AKIA|ASIA)[A-Z\d]{16}\b/g, MASK],
  [/\b(?:gh[oprsu]|github_pat|glpat|xox[abprs])[_-][\w-]{10,}/g, MASK],
  [/\bAGE-SECRET-KEY-1[A-Z\d]{10,}/g, MASK],
  // A bootstrap token of kubeadm
  [/\b[a-z\d]{6}\.[a-z\d]{16}\b/g, MASK],
];

/** `password=…`, `"token": "…"`, `--client-secret …`, `client-key-data: …` */
const ASSIGNED =
  /((?:passw(?:or)?d|passphrase|token|secret|credentials?|authorization|(?:api|access|private|encryption)[-_]?key|key-data)[\w.-]{0,64}\\?["']?)(\s{0,4}[:=]\s{0,4}|(?<=--[\w.-]{1,128})\s{1,4})(?:(\\?["'])[^"'\n\\]{1,1000}|[^\s"'\\]{3,})/gi;

/** The text with `***` in the place of whatever looks like a password, a token or a private key in it. */
export function hideCredentials(text: string): string {
  const shaped = FORMS.reduce((hidden, [pattern, replacement]) => hidden.replace(pattern, replacement), text);
  return shaped.replace(ASSIGNED, (whole, name: string, between: string, quote: string | undefined) =>
    HARMLESS.test(name) ? whole : `${name}${between}${quote ?? ''}${MASK}`,
  );
}
