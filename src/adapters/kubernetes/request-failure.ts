/** What an API server says of a request that it refuses. */
export interface StatusBody {
  readonly kind: 'Status';
  readonly reason?: string;
  readonly message?: string;
  readonly code?: number;
  readonly details?: {
    readonly name?: string;
    readonly kind?: string;
    readonly group?: string;
    readonly causes?: readonly StatusCause[];
    readonly retryAfterSeconds?: number;
  };
}

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/**
 * How one attempt failed: `refused` was answered with a status of 400 or more; `unreachable` never left this machine;
 * `lost` was sent and got no whole answer, so that nobody knows whether it was carried out; `aborted` was given up by us.
 */
export type FailureKind = 'refused' | 'unreachable' | 'lost' | 'aborted';

export interface FailureFacts {
  readonly kind: FailureKind;
  readonly status?: number;
  /** Null where what answered is no API server: a load balancer, a proxy. */
  readonly body?: StatusBody | null;
  /** Of the system or of TLS: `ECONNREFUSED`, `CERT_HAS_EXPIRED`. */
  readonly code?: string;
  readonly retryAfterMs?: number | null;
}

/** Code of a failure of ours: the server serves no such kind. */
export const UNKNOWN_KIND = 'UNKNOWN_KIND';

/** One attempt that failed. Never shown as it is. */
export class RequestFailure extends Error {
  readonly kind: FailureKind;
  readonly status: number | null;
  readonly body: StatusBody | null;
  readonly code: string;
  readonly retryAfterMs: number | null;
  /** Attempts that were made, and how long they took; written by whoever repeats. */
  tries = 1;
  elapsedMs = 0;
  /** Whether an earlier attempt of the same write may have been carried out, and reading did not tell. */
  isOutcomeUnknown = false;

  constructor(message: string, facts: FailureFacts) {
    super(message);
    this.name = 'RequestFailure';
    this.kind = facts.kind;
    this.status = facts.status ?? null;
    this.body = facts.body ?? null;
    this.code = facts.code ?? '';
    this.retryAfterMs = facts.retryAfterMs ?? null;
  }
}

/** The status that an API server answered with; null where it did not. */
export function statusOf(error: unknown): number | null {
  return error instanceof RequestFailure ? error.status : null;
}

/** Whether a write that failed so may have been carried out all the same. */
export function mayHaveHappened(failure: RequestFailure): boolean {
  if (failure.kind === 'lost') return true;
  return failure.kind === 'refused' && (failure.status ?? 0) >= 500;
}

/** Whether an API server says, in plain text, that one that it aggregates is away. */
export function isAggregatedAway({ kind, body, message }: RequestFailure): boolean {
  return (
    kind === 'refused' &&
    body === null &&
    /^(?:service unavailable|error trying to reach service)/.test(message)
  );
}

/** Whether the certificate of the server, or ours, is at fault: trying again would not help. */
export function isCertificateFailure({ code }: RequestFailure): boolean {
  return /CERT|ISSUER|SIGNATURE|^ERR_TLS_|^ERR_SSL_|^ERR_OSSL|^EPROTO$|^CRL_/.test(code);
}

/** The failure that an answer with a status of 400 or more is. */
export function refusal(
  status: number,
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  text: string,
): RequestFailure {
  const body = parseStatus(text);
  const message = body?.message ?? text.trim().slice(0, 300);
  return new RequestFailure(message, {
    kind: 'refused',
    status,
    body,
    retryAfterMs: retryAfterMs(headers['retry-after'], body),
  });
}

/** The Status in a text; null where there is none. */
export function parseStatus(text: string): StatusBody | null {
  try {
    const value = JSON.parse(text) as StatusBody | null;
    return value?.kind === 'Status' ? value : null;
  } catch {
    return null;
  }
}

function retryAfterMs(
  header: string | readonly string[] | undefined,
  body: StatusBody | null,
): number | null {
  if (typeof header === 'string' && /^\d+$/.test(header)) return Number(header) * 1000;
  const seconds = body?.details?.retryAfterSeconds;
  return typeof seconds === 'number' ? seconds * 1000 : null;
}
