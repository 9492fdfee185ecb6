/** What the benches verify: chains of three with many distinct leaves, CRLs and a spoilt leaf, made by the stand-in's issuer. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeys, issueCertificate, issueCrl, sharedKeys } from '../../dist/stand-in/index.js';
import { folder } from './openssl.mjs';

export const now = new Date('2026-06-01T00:00:00Z');
export const dnsName = 'www.example.test';
const notBefore = new Date('2026-01-01T00:00:00Z');
const notAfter = new Date('2027-01-01T00:00:00Z');

/** A file for the C program; several values lie one after another. */
export function file(name, ...values) {
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat(values));
  return path;
}

export function makeChain(algorithm, leafCount) {
  const authorityExtensions = { basicConstraints: { ca: true }, keyUsage: ['keyCertSign', 'cRLSign'] };
  const validity = { notBefore, notAfter };
  const root = issueCertificate({
    subject: 'O=Bench, CN=Root',
    keys: generateKeys(algorithm),
    extensions: authorityExtensions,
    ...validity,
  });
  const authority = issueCertificate({
    subject: 'O=Bench, CN=Authority',
    keys: generateKeys(algorithm),
    issuer: root,
    extensions: authorityExtensions,
    ...validity,
  });
  const leafKeys = Array.from({ length: 8 }, (_, slot) => sharedKeys(algorithm, `bench ${slot}`));
  const makeLeaf = (index, by = authority) =>
    issueCertificate({
      subject: `O=Bench, CN=Server ${index}`,
      keys: leafKeys[index % leafKeys.length],
      issuer: by,
      extensions: {
        basicConstraints: {},
        keyUsage: ['digitalSignature'],
        extendedKeyUsage: ['serverAuth'],
        subjectAltName: [{ dns: dnsName }, { dns: `server-${index}.example.test` }],
      },
      ...validity,
    });
  const leaves = Array.from({ length: leafCount }, (_, index) => makeLeaf(index).certificate);
  const spoilt = makeLeaf(0, { ...authority, keys: generateKeys(algorithm) }).certificate;
  const entries = Array.from({ length: 1000 }, (_, index) => ({
    serialNumber: 1000 + index,
    revocationDate: notBefore,
  }));
  const crlTimes = { thisUpdate: new Date('2026-05-30T00:00:00Z'), nextUpdate: new Date('2026-06-09T00:00:00Z') };
  const crls = [issueCrl({ issuer: root, ...crlTimes }), issueCrl({ issuer: authority, entries, ...crlTimes })];
  const files = {
    root: file(`${algorithm}-root`, root.certificate),
    authority: file(`${algorithm}-authority`, authority.certificate),
    leaves: file(`${algorithm}-leaves`, ...leaves),
    spoilt: file(`${algorithm}-spoilt`, spoilt),
    crls: crls.map((crl, index) => file(`${algorithm}-crl-${index}`, crl)),
  };
  const jwk = authority.keys.publicKey.export({ format: 'jwk' });
  return { root, authority, jwk, makeLeaf, leaves, spoilt, crls, files };
}

/** What a signature check needs of a certificate: the signed octets and the signature value. */
export function signedParts(der) {
  const [toBeSigned, , signature] = children(der);
  return { toBeSigned, signature: contentOf(signature).subarray(1) };
}

function children(der) {
  const parts = [];
  for (let rest = contentOf(der); rest.length > 0; ) {
    const length = tlvLength(rest);
    parts.push(rest.subarray(0, length));
    rest = rest.subarray(length);
  }
  return parts;
}

const headerLength = (der) => (der[1] < 0x80 ? 2 : 2 + (der[1] & 0x7f));

function tlvLength(der) {
  if (der[1] < 0x80) return 2 + der[1];
  return headerLength(der) + der.subarray(2, headerLength(der)).reduce((sum, octet) => sum * 256 + octet, 0);
}

const contentOf = (der) => der.subarray(headerLength(der), tlvLength(der));
