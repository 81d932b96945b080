import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { createAuthority, loadAuthority } from '../../test-cluster/certificates/certificate.js';

const authority = createAuthority('test authority');

describe('an authority', () => {
  it('signs itself and may sign others', () => {
    const certificate = new X509Certificate(authority.certificate);
    expect(certificate.ca).toBe(true);
    expect(certificate.subject).toBe('CN=test authority');
    expect(certificate.verify(certificate.publicKey)).toBe(true);
  });

  it('issues certificates that name user, groups and servers', () => {
    const { certificate: text, key } = authority.issue({
      commonName: 'system:node:light-1',
      organizations: ['system:nodes', 'others'],
      usages: ['client', 'server'],
      names: ['localhost', '127.0.0.1'],
    });
    const certificate = new X509Certificate(text);
    expect(certificate.subject).toBe('O=system:nodes\nO=others\nCN=system:node:light-1');
    expect(certificate.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1');
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1']);
    expect(certificate.ca).toBe(false);
    expect(certificate.checkIssued(new X509Certificate(authority.certificate))).toBe(true);
    expect(certificate.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
    expect(key).toContain('PRIVATE KEY');
  });

  it('is the same authority once it has been read back', () => {
    const { certificate, key } = authority;
    const again = loadAuthority('test authority', { certificate, key });
    const issued = new X509Certificate(again.issue({ commonName: 'a', usages: ['client'] }).certificate);
    expect(issued.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
  });

  it.each([
    ['1950-01-01T00:00:00Z', 'Jan  1 00:00:00 1950 GMT'],
    ['2049-12-31T23:59:59Z', 'Dec 31 23:59:59 2049 GMT'],
    ['2050-01-01T00:00:00Z', 'Jan  1 00:00:00 2050 GMT'],
    ['2126-03-04T05:06:07Z', 'Mar  4 05:06:07 2126 GMT'],
  ])('writes the time %s so that it is read as %s', (time, read) => {
    const { certificate } = authority.issue({
      commonName: 'a',
      usages: ['client'],
      notAfter: new Date(time),
    });
    expect(new X509Certificate(certificate).validTo).toBe(read);
  });

  it('gives every certificate a positive serial number of its own', () => {
    const serials = Array.from({ length: 200 }, () => {
      const { certificate } = authority.issue({ commonName: 'a', usages: ['client'] });
      return new X509Certificate(certificate).serialNumber;
    });
    expect(new Set(serials).size).toBe(200);
    expect(serials.every((serial) => /^[4-7]/.test(serial) && serial.length === 32)).toBe(true);
  });

  it('keeps subjects whose length takes more than one byte', () => {
    const commonName = 'x'.repeat(60);
    const organizations = Array.from({ length: 20 }, (_, index) => `group-${index}-${'y'.repeat(50)}`);
    const { certificate } = authority.issue({ commonName, organizations, usages: ['client'] });
    expect(new X509Certificate(certificate).subject.split('\n')).toHaveLength(21);
  });
});

describe('a TLS connection', () => {
  const serving = authority.issue({ commonName: 'server', usages: ['server'], names: ['localhost'] });

  const greet = async (client: { readonly certificate: string; readonly key: string }): Promise<string> => {
    const server = createServer(
      {
        cert: serving.certificate,
        key: serving.key,
        ca: authority.certificate,
        requestCert: true,
        rejectUnauthorized: false,
      },
      (socket) => socket.end(socket.authorized ? 'welcome' : String(socket.authorizationError)),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const socket = connect({
        port: (server.address() as AddressInfo).port,
        host: '127.0.0.1',
        servername: 'localhost',
        ca: authority.certificate,
        cert: client.certificate,
        key: client.key,
      });
      const [data] = (await once(socket, 'data')) as [Buffer];
      socket.destroy();
      return data.toString();
    } finally {
      server.close();
    }
  };

  it('is open to a client of the authority', async () => {
    expect(await greet(authority.issue({ commonName: 'client', usages: ['client'] }))).toBe('welcome');
  });

  it.each([
    ['of another authority', createAuthority('other').issue({ commonName: 'client', usages: ['client'] })],
    [
      'that has expired',
      authority.issue({ commonName: 'client', usages: ['client'], notAfter: new Date(Date.now() - 1000) }),
    ],
    ['that is for servers', authority.issue({ commonName: 'client', usages: ['server'] })],
  ])('is refused to a client with a certificate %s', async (_, client) => {
    expect(await greet(client)).not.toBe('welcome');
  });
});
