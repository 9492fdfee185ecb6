/** Reading one leaf, without checking anything. */
import { X509Certificate as NodeCertificate } from 'node:crypto';
import 'reflect-metadata';
import { X509Certificate as PeculiarCertificate } from '@peculiar/x509';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { inspectCertificate } from '../../../dist/index.js';
import { parseCertificate } from '../../../dist/x509/certificate.js';
import { inProcess, row } from '../harness.mjs';
import { opensslContender } from '../openssl.mjs';
import { makeChain } from '../pki.mjs';

const batch = 1000;

export async function parsing() {
  const { leaves, files } = makeChain('rsa-2048', batch);
  const contender = (name, parse, count = batch) =>
    inProcess({ name, batch: count, operation: (index) => parse(leaves[index]) });
  return [
    await row('Parsing one leaf (RSA-2048)', [
      contender('unify-pki, parsed for verification', (der) => parsed(parseCertificate(der))),
      contender(
        'unify-pki, inspectCertificate (all fields, fingerprints)',
        (der) => parsed(inspectCertificate(der)),
        200,
      ),
      ...opensslContender('OpenSSL C', 'parse', files.leaves),
      contender('node X509Certificate', (der) => new NodeCertificate(der).subjectAltName !== undefined, 300),
      contender('@peculiar/x509', (der) => new PeculiarCertificate(der).extensions.length > 0, 100),
      contender('asn1js', (der) => asn1js.fromBER(der).offset > 0, 100),
      contender('pkijs 4', (der) => pkijs.Certificate.fromBER(der).extensions.length > 0, 50),
    ]),
  ];
}

const parsed = (result) => result !== undefined && result !== null;
