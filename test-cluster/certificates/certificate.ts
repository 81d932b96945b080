import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
} from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import {
  bitString,
  boolean,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  tagged,
  time,
  utf8String,
} from './der.js';

/** A certificate and its private key, both PEM. */
export interface KeyAndCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** Whose certificate it is. */
export interface Subject {
  /** The user name, where Kubernetes reads it. */
  readonly commonName: string;
  /** The groups, where Kubernetes reads it. */
  readonly organizations?: readonly string[];
}

/** What a certificate is for. */
export interface CertificateRequest extends Subject {
  readonly usages: readonly ('server' | 'client')[];
  /** DNS names and IP addresses of a server. */
  readonly names?: readonly string[];
  /** Default: a day ago. */
  readonly notBefore?: Date;
  /** Default: in ten years. */
  readonly notAfter?: Date;
}

const DAY_MS = 86_400_000;

const OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  server: '1.3.6.1.5.5.7.3.1',
  client: '1.3.6.1.5.5.7.3.2',
} as const;

const SIGNATURE_ALGORITHM = sequence(objectIdentifier(OID.ecdsaWithSha256));

/** A certificate authority that issues certificates; all keys are P-256. */
export interface Authority extends KeyAndCertificate {
  readonly issue: (request: CertificateRequest) => KeyAndCertificate;
}

/** Makes an authority whose own certificate is signed by itself. */
export function createAuthority(commonName: string): Authority {
  const subject = { commonName };
  const own = newKey();
  const keyUsage = bitString(Buffer.from([0b1000_0110]), 1); // digitalSignature, keyCertSign, cRLSign
  const certificate = signCertificate({
    subject,
    issuer: subject,
    publicKey: own.publicKey,
    signingKey: own.key,
    extensions: [
      extension(OID.basicConstraints, sequence(boolean(true)), true),
      extension(OID.keyUsage, keyUsage, true),
      extension(OID.subjectKeyIdentifier, octetString(keyIdentifier(own.publicKey))),
    ],
  });
  return { certificate, key: own.key, issue: (request) => issue({ subject, key: own.key }, request) };
}

/** The authority that the two PEM files of an earlier {@link createAuthority} are. */
export function loadAuthority(commonName: string, { certificate, key }: KeyAndCertificate): Authority {
  return { certificate, key, issue: (request) => issue({ subject: { commonName }, key }, request) };
}

/** A key pair for service-account tokens, PEM. */
export function createTokenKey(): { readonly publicKey: string; readonly privateKey: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  });
  return { publicKey, privateKey };
}

function issue(
  issuer: { readonly subject: Subject; readonly key: string },
  request: CertificateRequest,
): KeyAndCertificate {
  const own = newKey();
  const issuerPublicKey = createPublicKey(createPrivateKey(issuer.key)).export({
    type: 'spki',
    format: 'der',
  });
  const authorityKey = tagged(0x80, keyIdentifier(issuerPublicKey));
  const extensions = [
    extension(OID.basicConstraints, sequence(), true),
    extension(OID.keyUsage, bitString(Buffer.from([0b1000_0000]), 7), true), // digitalSignature
    extension(OID.extendedKeyUsage, sequence(...request.usages.map((usage) => objectIdentifier(OID[usage])))),
    extension(OID.subjectKeyIdentifier, octetString(keyIdentifier(own.publicKey))),
    extension(OID.authorityKeyIdentifier, sequence(authorityKey)),
  ];
  const { names = [] } = request;
  if (names.length > 0)
    extensions.push(extension(OID.subjectAltName, sequence(...names.map(alternativeName))));
  const certificate = signCertificate({
    ...request,
    subject: request,
    issuer: issuer.subject,
    publicKey: own.publicKey,
    signingKey: issuer.key,
    extensions,
  });
  return { certificate, key: own.key };
}

function newKey(): { readonly key: string; readonly publicKey: Buffer } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { key: privateKey, publicKey };
}

function keyIdentifier(publicKey: Buffer): Buffer {
  return createHash('sha256').update(publicKey).digest().subarray(0, 20);
}

interface ToBeSigned {
  readonly subject: Subject;
  readonly issuer: Subject;
  readonly publicKey: Buffer;
  readonly signingKey: string;
  readonly extensions: readonly Buffer[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

function signCertificate(parts: ToBeSigned): string {
  const { notBefore = new Date(Date.now() - DAY_MS), notAfter = new Date(Date.now() + 3650 * DAY_MS) } =
    parts;
  const version3 = tagged(0xa0, integer(Buffer.from([2])));
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40; // positive, and never with leading zeros
  const body = sequence(
    version3,
    integer(serial),
    SIGNATURE_ALGORITHM,
    distinguishedName(parts.issuer),
    sequence(time(notBefore), time(notAfter)),
    distinguishedName(parts.subject),
    parts.publicKey,
    tagged(0xa3, sequence(...parts.extensions)),
  );
  const signature = sign('sha256', body, parts.signingKey);
  return pem(sequence(body, SIGNATURE_ALGORITHM, bitString(signature)));
}

function distinguishedName({ commonName, organizations = [] }: Subject): Buffer {
  const attribute = (oid: string, value: string): Buffer =>
    set(sequence(objectIdentifier(oid), utf8String(value)));
  return sequence(
    ...organizations.map((organization) => attribute(OID.organization, organization)),
    attribute(OID.commonName, commonName),
  );
}

function extension(oid: string, value: Buffer, isCritical = false): Buffer {
  const critical = isCritical ? [boolean(true)] : [];
  return sequence(objectIdentifier(oid), ...critical, octetString(value));
}

function alternativeName(name: string): Buffer {
  if (isIPv4(name)) return tagged(0x87, Buffer.from(name.split('.').map(Number)));
  if (isIPv6(name)) throw new TypeError(`IPv6 addresses are not supported in certificates: ${name}`);
  return tagged(0x82, Buffer.from(name));
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
