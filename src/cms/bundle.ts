/**
 * Certificate bundles (RFC 5652 §5.1 degenerate SignedData; .p7b, .p7c, PEM PKCS7): the certificates and CRLs inside, in
 * order. Signers, if any, are not looked at.
 */
import { decodeOid } from '../der/oid.js';
import { contextConstructed, DerError, DerReader, type Parsed, parsed, tag } from '../der/reader.js';

export interface CertificateBundle {
  readonly certificates: Uint8Array[];
  readonly crls: Uint8Array[];
}

export const idSignedData = '1.2.840.113549.1.7.2';

/** Members of one bundle: a limit on memory, far above any. */
const maximumMembers = 4096;

export function readCertificateBundle(der: Uint8Array): Parsed<CertificateBundle> {
  return parsed(() => {
    const contentInfo = new DerReader(der).enter(tag.sequence, 'a PKCS #7 bundle');
    const type = decodeOid(contentInfo.content(tag.oid, 'a content type'), 'a content type');
    if (type !== idSignedData) throw new DerError('a PKCS #7 bundle of certificates', `content of type ${type}`);
    const signedData = contentInfo.enter(contextConstructed(0), 'SignedData').enter(tag.sequence, 'SignedData');
    signedData.skip('version');
    signedData.skip('digestAlgorithms');
    signedData.skip('encapContentInfo');
    return { certificates: members(signedData, 0), crls: members(signedData, 1) };
  });
}

/** The members that are a plain SEQUENCE: certificates and CRLs; other choices carry context tags. */
function members(signedData: DerReader, number: number): Uint8Array[] {
  if (signedData.peek() !== contextConstructed(number)) return [];
  const set = signedData.enter(contextConstructed(number), 'a member of a PKCS #7 bundle');
  const found: Uint8Array[] = [];
  while (!set.done) {
    if (found.length >= maximumMembers) throw new DerError(`at most ${maximumMembers} members of a bundle`, 'more');
    if (set.peek() === tag.sequence) found.push(set.element(tag.sequence, 'a member of a PKCS #7 bundle'));
    else set.skip('a member of a PKCS #7 bundle');
  }
  return found;
}
