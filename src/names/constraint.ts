/**
 * What a subtree of name constraints means for each form of names (RFC 5280 §4.2.1.10, RFC 9598 §6): the names of a
 * certificate that a form speaks about, and whether one of them is within a subtree. How the subtrees of a path combine is
 * decided in path/name-constraints.ts.
 *
 * A name that cannot be read is within no permitted subtree and within every excluded one. An empty dNSName, rfc822Name or
 * URI stands for all names. A dNSName with a leading dot, which the RFC does not define, stands for the names below, not for
 * the name itself: so OpenSSL, BoringSSL and Go read it. A wildcard name must be permitted as a whole and is excluded if
 * one name that it stands for is. Asterisks in constraints are no wildcards.
 */
import { latin1 } from '../der/octets.js';
import type { Certificate } from '../x509/certificate.js';
import { type GeneralName, generalNameTag } from '../x509/name.js';
import { attributeOid, attributeValues, isWithin, relativeNameKeys } from './distinguished-name.js';
import { formatName } from './format-name.js';
import { formatIpAddress, isSubnet, isWithinSubnet } from './ip-address.js';
import { type Mailbox, mailboxTextsOf, parseMailbox } from './mailbox.js';
import { hostOfUri } from './uri.js';

/** A name of a certificate, read as its form demands; without any of the optional fields it could not be read. */
export interface ConstrainedName {
  /** Labels of a dNSName or of the host of a URI, in lower case. */
  readonly labels?: readonly string[] | undefined;
  readonly mailbox?: Mailbox | undefined;
  readonly address?: Uint8Array | undefined;
  /** Keys of the relative names. */
  readonly keys?: readonly string[] | undefined;
}

/** A name not read yet: the budget is asked between counting and reading. */
export interface NameSource {
  read(): ConstrainedName;
  /** For people. */
  format(): string;
}

export interface Subtree {
  permits(name: ConstrainedName): boolean;
  excludes(name: ConstrainedName): boolean;
}

export type NameForm = keyof typeof generalNameTag;

const formByTag = new Map<number, NameForm>(
  Object.entries(generalNameTag).map(([form, number]) => [number, form as NameForm]),
);

export function formOfTag(number: number): NameForm {
  return formByTag.get(number) ?? 'otherName';
}

/** In place of a subtree that cannot be read or compared. */
export const unusableSubtree: Subtree = { permits: () => false, excludes: () => true };

/** The names of `form` in a certificate; undefined when there are such names and they cannot be compared. */
export function constrainedNames(
  certificate: Certificate,
  form: NameForm,
  isEndEntity: boolean,
): NameSource[] | undefined {
  const alternatives = (certificate.subjectAltName ?? []).filter((name) => name.tag === generalNameTag[form]);
  const texts = () => alternatives.map(({ value }) => latin1(value));
  switch (form) {
    case 'dNSName': {
      const names = alternatives.length === 0 && isEndEntity ? hostNamesOfSubject(certificate) : texts();
      return names.map((text) => source(text, () => ({ labels: readLabels(text) })));
    }
    case 'uniformResourceIdentifier':
      return texts().map((text) => source(text, () => ({ labels: hostOfUri(text)?.labels })));
    case 'rfc822Name':
      return mailboxTextsOf(certificate).map((text) =>
        source(text, () => {
          const mailbox = parseMailbox(text);
          return { mailbox: mailbox.ok ? mailbox.value : undefined };
        }),
      );
    case 'iPAddress':
      return alternatives.map(({ value }) => ({
        read: () => ({ address: value }),
        format: () => formatIpAddress(value),
      }));
    case 'directoryName': {
      const names = alternatives.flatMap(({ name }) => (name === undefined ? [] : [name]));
      if (certificate.subject.rdns.length > 0) names.unshift(certificate.subject);
      return names.map((name) => ({
        read: () => ({ keys: relativeNameKeys(name) }),
        format: () => formatName(name),
      }));
    }
    default:
      return alternatives.length === 0 ? [] : undefined;
  }
}

function source(text: string, read: () => ConstrainedName): NameSource {
  return { read, format: () => text };
}

const label = /^[a-z\d_]([a-z\d_-]*[a-z\d_])?$/;

/** Common names shaped as host names: at least two labels, the last of them no number. */
function hostNamesOfSubject({ subject }: Certificate): string[] {
  return attributeValues(subject, attributeOid.commonName).filter((text) => {
    const labels = text.toLowerCase().replace(/\.$/, '').split('.');
    if (labels[0] === '*') labels.shift();
    return labels.length >= 2 && labels.every((part) => label.test(part)) && !/^\d+$/.test(labels.at(-1) as string);
  });
}

/** Labels in lower case; undefined where one is empty. A dot at the end is passed over: readers do. */
function readLabels(text: string): string[] | undefined {
  const labels = text.toLowerCase().replace(/\.$/, '').split('.');
  return labels.includes('') ? undefined : labels;
}

/** The meaning of a constraint; undefined when it is malformed. Forms that cannot be compared have none and are refused. */
export function readSubtree(base: GeneralName): Subtree | undefined {
  switch (base.tag) {
    case generalNameTag.dNSName:
      return hostSubtree(latin1(base.value), true);
    case generalNameTag.uniformResourceIdentifier:
      return hostSubtree(latin1(base.value), false);
    case generalNameTag.rfc822Name:
      return mailboxSubtree(latin1(base.value));
    case generalNameTag.iPAddress: {
      const { value } = base;
      if (!isSubnet(value)) return undefined;
      return alike(({ address }) => address && isWithinSubnet(address, value));
    }
    case generalNameTag.directoryName: {
      if (base.name === undefined) return undefined;
      const baseKeys = relativeNameKeys(base.name);
      return alike(({ keys }) => keys && isWithin(keys, baseKeys));
    }
    default:
      return unusableSubtree;
  }
}

/** A subtree that permits what it excludes; undefined for a name that could not be read. */
function alike(contains: (name: ConstrainedName) => boolean | undefined): Subtree {
  return { permits: (name) => contains(name) === true, excludes: (name) => contains(name) !== false };
}

const everyReadable = alike((name) => (name.labels ?? name.mailbox) !== undefined || undefined);

/**
 * dNSName: the name and all names below. URI: the host alone, or, with a leading dot, all hosts below it.
 */
function hostSubtree(text: string, namesBelow: boolean): Subtree | undefined {
  if (text === '') return everyReadable;
  const onlyBelow = text.startsWith('.');
  const base = readBase(onlyBelow ? text.slice(1) : text);
  if (base === undefined) return undefined;
  const least = onlyBelow ? base.length + 1 : base.length;
  const most = onlyBelow || namesBelow ? Infinity : base.length;
  const contains = (labels: readonly string[]) =>
    labels.length >= least && labels.length <= most && endsWith(labels, base);
  return {
    permits: ({ labels }) => labels !== undefined && contains(labels),
    excludes: ({ labels }) => {
      if (labels === undefined || contains(labels)) return true;
      const wildcard = labels[0]?.includes('*') === true;
      return wildcard && !onlyBelow && labels.length === base.length && endsWith(labels.slice(1), base.slice(1));
    },
  };
}

/** Labels of a constraint: those of host names, and underscores. */
function readBase(text: string): string[] | undefined {
  const labels = text.toLowerCase().split('.');
  return labels.every((part) => label.test(part)) ? labels : undefined;
}

function endsWith(labels: readonly string[], end: readonly string[]): boolean {
  const offset = labels.length - end.length;
  for (let i = end.length - 1; i >= 0; i--) if (labels[offset + i] !== end[i]) return false;
  return true;
}

/** One mailbox, all mailboxes of one host, or with a leading dot those of all hosts below. */
function mailboxSubtree(text: string): Subtree | undefined {
  if (text === '') return everyReadable;
  if (text.includes('@')) {
    const base = parseMailbox(text);
    if (!base.ok) return undefined;
    const { localPart, domain } = base.value;
    return alike(({ mailbox }) => mailbox && mailbox.localPart === localPart && mailbox.domain === domain);
  }
  const onlyBelow = text.startsWith('.');
  const host = readBase(onlyBelow ? text.slice(1) : text)?.join('.');
  if (host === undefined) return undefined;
  const suffix = `.${host}`;
  return alike(({ mailbox }) => mailbox && (onlyBelow ? mailbox.domain.endsWith(suffix) : mailbox.domain === host));
}
