/** A private key that comes in place of something else is named, and no octet of it is seen again. */
import { expect, test } from 'vitest';
import { createTrust, inspectCertificate, loadCatalogue, verifyCertificate, verifyMessage } from '../../src/index.js';
import { sharedKeys } from '../../src/stand-in/index.js';
import { make, now } from './lab.js';

const { privateKey } = sharedKeys('ec-p256', 'leak');
const pkcs8 = new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' }));
const text = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const secret = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url');

const forms: [string, Uint8Array][] = [
  ['PEM', new TextEncoder().encode(text)],
  ['DER', pkcs8],
  ['SEC 1', new Uint8Array(privateKey.export({ format: 'der', type: 'sec1' }))],
  [
    'PEM beside a broken block',
    new TextEncoder().encode(`-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n${text}`),
  ],
];

function expectNothing(answer: unknown): void {
  const shown = JSON.stringify(answer, (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
  );
  const lines = text.split('\n').filter((line) => line.length > 20 && !line.startsWith('-'));
  for (const part of [...lines, secret.toString('hex'), secret.toString('base64'), secret.toString('base64url')]) {
    expect(shown).not.toContain(part);
  }
}

test.each(forms)('a private key as %s in every place', (_, key) => {
  const { leaf } = make();
  const trust = createTrust({ anchors: [key], intermediates: [key], crls: [key], timestampAuthorities: [key] });
  expect(trust.refused.length).toBeGreaterThanOrEqual(3);
  expectNothing(trust.refused);
  const asked = { intermediates: [key], crls: [key] };
  for (const certificate of [key, leaf.certificate]) {
    expectNothing(verifyCertificate({ ...asked, certificate }, trust, { now }));
  }
  expectNothing(verifyMessage({ ...asked, message: key, content: key }, trust, { now }));
  expectNothing(inspectCertificate(key, trust));
});

test.each(forms.slice(0, 2))('the verdict names it: %s', (_, key) => {
  const { status, findings } = verifyCertificate({ certificate: key }, createTrust({}), { now });
  expect(status).toBe('invalid');
  expect(findings[0]?.code).toBe('certificate_malformed');
  expect(findings[0]?.message).toMatch(/private key/);
});

test('a catalogue error shows at most 80 characters of what came', () => {
  expect(() => loadCatalogue({ id: text, name: 'x', authorities: [] })).toThrow(TypeError);
  try {
    loadCatalogue({ id: 'a', name: 'b', authorities: [{ id: 'x'.repeat(500) }] });
  } catch (error) {
    expect(String(error).length).toBeLessThan(250);
  }
});
