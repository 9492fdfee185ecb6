/** What an input is, by its first elements; every kind in every form that people have it in. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { recognise } from '../../src/http/recognise.js';
import { certificateBundle, createStandIn, issuePerson, signMessage } from '../../src/stand-in/index.js';
import { writePem } from '../../src/x509/pem.js';

const now = new Date();
const standIn = createStandIn({ now, crlBaseUrl: 'http://127.0.0.1:9', algorithm: 'ec-p256' });
const person = issuePerson({
  issuer: standIn.user,
  mailbox: 'a@example.org',
  algorithm: 'ec-p256',
  notBefore: now,
  notAfter: now,
});
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const encrypted = { cipher: 'aes-256-cbc', passphrase: 'x' };
const text = (value: string | Uint8Array) => Buffer.from(value);
const signers = [{ by: person }];

describe('recognise', () => {
  it.each([
    ['certificate', person.certificate],
    ['certificate', text(`Certificate:\n    Data:\n${writePem('CERTIFICATE', person.certificate)}`)],
    ['certificate', text(writePem('TRUSTED CERTIFICATE', person.certificate))],
    ['crl', standIn.issueCrl(standIn.user, now)],
    ['crl', text(writePem('X509 CRL', standIn.issueCrl(standIn.user, now)))],
    ['certificates', certificateBundle([person.certificate])],
    ['certificates', text(writePem('PKCS7', certificateBundle([person.certificate])))],
    ['signed message', signMessage({ form: 'attached', signers }).message],
    ['signed message', signMessage({ form: 'detached', signers }).message],
    ['signed message', signMessage({ form: 'attached', encoding: 'ber', signers }).message],
    ['mail', signMessage({ from: 'a@example.org', signers }).message],
    ['mail', text(`From: a@example.org\nSubject: my key\n\n${writePem('CERTIFICATE', person.certificate)}`)],
    ['mail', text('From MAILER Mon Jan  1 00:00:00 2024\nReceived: by x\n\nhello')],
    ['private key', rsa.privateKey.export({ format: 'der', type: 'pkcs1' })],
    ['private key', rsa.privateKey.export({ format: 'der', type: 'pkcs8' })],
    ['private key', rsa.privateKey.export({ format: 'der', type: 'pkcs8', ...encrypted })],
    ['private key', ec.privateKey.export({ format: 'der', type: 'sec1' })],
    ['private key', text(ec.privateKey.export({ format: 'pem', type: 'sec1' }))],
    ['private key', text(rsa.privateKey.export({ format: 'pem', type: 'pkcs8', ...encrypted }))],
    ['public key', rsa.publicKey.export({ format: 'der', type: 'spki' })],
    ['public key', rsa.publicKey.export({ format: 'der', type: 'pkcs1' })],
    ['nothing', new Uint8Array()],
    ['unknown', text('hello')],
    ['unknown', new Uint8Array([0x30])],
    ['unknown', new Uint8Array([0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x30])],
    ['unknown', new Uint8Array(100_000).fill(0x30)],
  ])('%s', (kind, bytes) => {
    expect(recognise(new Uint8Array(bytes))).toBe(kind);
  });
});
