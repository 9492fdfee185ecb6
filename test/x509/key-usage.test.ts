import { describe, expect, it } from 'vitest';
import { issueCertificate } from '../../src/stand-in/index.js';
import { parseCertificate } from '../../src/x509/certificate.js';

/** A certificate whose keyUsage is this BIT STRING. */
function withKeyUsage(...value: number[]) {
  const { certificate } = issueCertificate({
    subject: 'CN=x',
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2027-01-01T00:00:00Z'),
    extensions: { other: [{ oid: '2.5.29.15', critical: true, value: Uint8Array.from(value) }] },
  });
  const parsed = parseCertificate(certificate);
  if (!parsed.ok) throw new Error(parsed.found);
  return parsed.value;
}

describe('keyUsage', () => {
  it('ends with a bit that is set', () => {
    expect(withKeyUsage(3, 2, 7, 0x80).defects).toEqual([]);
    expect(withKeyUsage(3, 2, 5, 0xa0).defects).toEqual([]);
  });

  it('with trailing zero bits is read, and the encoding is reported', () => {
    const { keyUsage, defects } = withKeyUsage(3, 2, 0, 0x80);
    expect(keyUsage).toBe(1);
    expect(defects.map(({ code, severity }) => [code, severity])).toEqual([['encoding_not_canonical', 'warning']]);
  });
});
