import { ClusterError, type ClusterFailure } from '../../errors.js';
import { clip, singleLine } from '../../report/text.js';
import {
  isAggregatedAway,
  isCertificateFailure,
  RequestFailure,
  type StatusBody,
  type StatusCause,
  UNKNOWN_KIND,
} from './request-failure.js';

/** What was being done when a request failed. */
export interface Doing {
  readonly verb: ClusterFailure['verb'];
  /** `DaemonSet kube-system/calico-node`, `nodes`. */
  readonly resource: string;
}

/** What errors are written with. */
export interface ErrorWriter {
  /** Runs something and turns a failed request into a ClusterError that says what to do about it. */
  readonly explaining: <T>(doing: Doing, run: () => Promise<T>) => Promise<T>;
  /** The error for a failed request; anything else comes back as it is. */
  readonly explain: (error: unknown, doing: Doing) => unknown;
}

/** What an error may say of the cluster. */
export interface ErrorContext {
  /** Without user and password. */
  readonly server: string;
  /** Takes secrets out of a text. */
  readonly hide: (text: string) => string;
  /** When the client certificate in use ended; null where there is none, or it is valid. */
  readonly expiredCertificate: () => string | null;
}

/** Verbs that make no sentence. */
const PHRASES: Readonly<Record<string, string>> = {
  exec: 'run a command in',
  logs: 'give the logs of',
  review: 'say what is allowed of',
  discover: 'tell',
};
const LONGEST_MESSAGE = 600;
const MOST_CAUSES = 5;

/** Writes errors about one cluster. */
export function createErrorWriter(context: ErrorContext): ErrorWriter {
  const explain = (error: unknown, doing: Doing): unknown => {
    if (!(error instanceof RequestFailure)) return error;
    const { problem, remedy } = describe(error, doing, context);
    const text = `${prefix(error, doing)}: ${problem}${effort(error)}${doubt(error)}`;
    const message = clip(context.hide(singleLine(text)), LONGEST_MESSAGE);
    const { status, isOutcomeUnknown } = error;
    return new ClusterError({ ...doing, status, isOutcomeUnknown }, message, context.hide(remedy), {
      cause: new Error(context.hide(singleLine(error.message))),
    });
  };
  return {
    explain,
    async explaining(doing, run) {
      try {
        return await run();
      } catch (error) {
        throw explain(error, doing);
      }
    },
  };
}

interface Description {
  readonly problem: string;
  readonly remedy: string;
}

function prefix({ kind, status }: RequestFailure, { verb, resource }: Doing): string {
  const isRefusal = kind === 'refused' && (status ?? 0) < 500;
  return `The API server ${isRefusal ? 'refused to' : 'did not'} ${PHRASES[verb] ?? verb} ${resource}`;
}

function effort({ tries, elapsedMs }: RequestFailure): string {
  return tries > 1 ? ` (${tries} attempts in ${Math.round(elapsedMs / 1000)} s).` : '.';
}

function doubt({ isOutcomeUnknown }: RequestFailure): string {
  return isOutcomeUnknown ? ' Whether it was carried out is not known.' : '';
}

function describe(failure: RequestFailure, doing: Doing, context: ErrorContext): Description {
  if (failure.kind === 'aborted') return { problem: 'the request was given up', remedy: 'Run it again.' };
  return failure.kind === 'refused'
    ? describeRefusal(failure, doing, context)
    : describeSilence(failure, context);
}

function describeSilence(failure: RequestFailure, { server }: ErrorContext): Description {
  const { code } = failure;
  if (isCertificateFailure(failure)) return describeCertificate(failure, server);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return {
      problem: `the name of ${server} cannot be resolved (${code})`,
      remedy: 'Check the server in the kubeconfig, and the DNS of this machine.',
    };
  if (failure.kind === 'lost')
    return {
      problem: `${server} gave no whole answer (${failure.message})`,
      remedy: 'Check the health of the API server and of what lies before it, and run it again.',
    };
  return {
    problem: `${server} cannot be reached (${failure.message})`,
    remedy:
      'Check the server in the kubeconfig, and that this machine may reach it (network, firewall, VPN, HTTPS_PROXY, NO_PROXY).',
  };
}

function describeCertificate({ code, message }: RequestFailure, server: string): Description {
  if (code === 'CERT_HAS_EXPIRED')
    return {
      problem: `the certificate of ${server} has expired`,
      remedy: 'Renew the certificate of the API server (`kubeadm certs renew apiserver`), and run it again.',
    };
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return {
      problem: `the certificate of ${server} is for another name (${message})`,
      remedy: 'Use a name of the certificate as server in the kubeconfig, or set its tls-server-name.',
    };
  if (/SELF_SIGNED|ISSUER|LEAF_SIGNATURE|CERT_UNTRUSTED/.test(code))
    return {
      problem: `the certificate of ${server} is signed by an authority that the kubeconfig does not know (${code})`,
      remedy: 'Put the cluster’s own CA into certificate-authority-data of the kubeconfig.',
    };
  if (code.includes('ALERT'))
    return {
      problem: `${server} does not accept the client certificate (${code})`,
      remedy: 'Renew the client certificate of the kubeconfig.',
    };
  return {
    problem: `no TLS connection to ${server} came about (${code}: ${message})`,
    remedy: 'Check that the server in the kubeconfig is the HTTPS address of an API server.',
  };
}

function describeRefusal(failure: RequestFailure, doing: Doing, context: ErrorContext): Description {
  const { body } = failure;
  const status = failure.status ?? 0;
  const said = failure.message === '' ? `HTTP ${status}` : `HTTP ${status}: ${trimDot(failure.message)}`;
  switch (status) {
    case 401:
      return describeUnauthorized(said, context);
    case 403:
      return { problem: said, remedy: forbiddenRemedy(failure.message, doing) };
    case 404:
      return failure.code === UNKNOWN_KIND
        ? {
            problem: failure.message,
            remedy: 'Install its CustomResourceDefinition, or use an API version that the cluster serves.',
          }
        : { problem: said, remedy: `Check that it is there: ${doing.resource}.` };
    case 409:
      return describeConflict(said, body);
    case 410:
      return { problem: said, remedy: 'The list changed faster than it could be read: run it again.' };
    case 400:
    case 422:
      return { problem: `${said}${causes(body)}`, remedy: 'Correct what the message names.' };
    case 413:
      return { problem: said, remedy: 'The object is too large: make it smaller.' };
    case 429:
      return { problem: said, remedy: 'The API server has too much to do: run it again later.' };
    default:
      if (isAggregatedAway(failure))
        return {
          problem: `${said} (what serves this API group behind the API server is away)`,
          remedy: 'See `kubectl get apiservices`, and the pods behind the one that is not available.',
        };
      return {
        problem: body === null ? `${said} (not from the API server itself)` : said,
        remedy: 'Check the health of the API server, its admission webhooks and etcd, and run it again.',
      };
  }
}

function describeUnauthorized(said: string, context: ErrorContext): Description {
  const expired = context.expiredCertificate();
  return expired === null
    ? {
        problem: `${said} (the credentials of the kubeconfig are wrong or have expired)`,
        remedy: 'Make a new kubeconfig or token, and check that it belongs to this cluster.',
      }
    : {
        problem: `${said} (the client certificate of the kubeconfig expired on ${expired})`,
        remedy: 'Renew the client certificate of the kubeconfig.',
      };
}

/** Out of `User "u" cannot list resource "pods" in API group "" in the namespace "n"`. */
function forbiddenRemedy(message: string, { verb, resource }: Doing): string {
  const [, user, wanted, kind, group] =
    /User "([^"]*)" cannot (\S+) resource "([^"]*)" in API group "([^"]*)"/.exec(message) ?? [];
  if (wanted === undefined || kind === undefined)
    return `Grant the user of the kubeconfig the right to ${verb} ${resource}.`;
  const namespace = /in the namespace "([^"]*)"/.exec(message)?.[1];
  const where = namespace === undefined ? 'in a ClusterRole' : `in the namespace ${namespace}`;
  const ofGroup = group === undefined || group === '' ? 'the core group' : `the group ${group}`;
  return `Grant ${user ?? 'the user'} the verb \`${wanted}\` on \`${kind}\` of ${ofGroup} ${where}.`;
}

function describeConflict(said: string, body: StatusBody | null): Description {
  const conflicts = (body?.details?.causes ?? []).filter((cause) => cause.reason === 'FieldManagerConflict');
  if (conflicts.length > 0) return describeFieldConflict(conflicts);
  if (body?.reason === 'AlreadyExists')
    return { problem: said, remedy: 'Look at the object that is there; delete it if it is left over.' };
  return { problem: said, remedy: 'Somebody else changed it at the same time: run it again.' };
}

function describeFieldConflict(conflicts: readonly StatusCause[]): Description {
  const managers = [...new Set(conflicts.map((cause) => /"([^"]+)"/.exec(cause.message ?? '')?.[1] ?? '?'))];
  const fields = conflicts.map((cause) => cause.field ?? '?').sort();
  const more = fields.length > MOST_CAUSES ? ` and ${fields.length - MOST_CAUSES} more` : '';
  const who = managers.sort().join(', ');
  const manage = managers.length === 1 ? 'manages' : 'manage';
  return {
    problem: `HTTP 409: ${who} ${manage} ${fields.slice(0, MOST_CAUSES).join(', ')}${more} with other values`,
    remedy: `Change the fields where ${who} sets them, or take them over by force.`,
  };
}

/** Fields at fault that the message does not name. */
function causes(body: StatusBody | null): string {
  const unsaid = (body?.details?.causes ?? []).filter(
    (cause) => cause.field !== undefined && body?.message?.includes(cause.field) !== true,
  );
  return unsaid
    .slice(0, MOST_CAUSES)
    .map((cause) => `; ${cause.field ?? ''}: ${cause.message ?? cause.reason ?? ''}`)
    .join('');
}

function trimDot(text: string): string {
  return text.replace(/\.$/, '');
}
