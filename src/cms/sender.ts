/**
 * The mailbox that a mail says it is from (RFC 8550 §3, RFC 5322 §3.6.2): exactly one From field with exactly one mailbox, or
 * none. A Sender field is read by the same rule.
 *
 * Read strictly and by our own hand: parsers made for display take addresses out of display names, encoded words and comments, and
 * whoever signs with an own certificate could choose which of two addresses is compared and which is shown.
 */
import { type Finding, finding } from '../findings/finding.js';
import { parseMailbox } from '../names/mailbox.js';
import { fieldValues, type Headers } from './headers.js';

export type Senders =
  | { readonly ok: true; readonly from: string; readonly sender: string | undefined }
  | { readonly ok: false; readonly finding: Finding };

/** The one mailbox of From, and of Sender where that is there. */
export function senderMailboxes(headers: Headers): Senders {
  const refuse = (detail: string): Senders => ({ ok: false, finding: finding('from_not_single', { detail }) });
  if (!headers.wellFormed) return refuse('its header cannot be read beyond doubt');
  const [from, ...furtherFrom] = fieldValues(headers, 'from');
  const [sender, ...furtherSenders] = fieldValues(headers, 'sender');
  if (from === undefined) return refuse('it has no From field');
  if (furtherFrom.length > 0) return refuse(`it has ${1 + furtherFrom.length} From fields`);
  if (furtherSenders.length > 0) return refuse(`it has ${1 + furtherSenders.length} Sender fields`);
  const fromMailbox = singleMailbox(from);
  if (fromMailbox === undefined) return refuse('its From field is not one mailbox');
  if (sender === undefined) return { ok: true, from: fromMailbox, sender: undefined };
  const senderMailbox = singleMailbox(sender);
  if (senderMailbox === undefined) return refuse('its Sender field is not one mailbox');
  return { ok: true, from: fromMailbox, sender: senderMailbox };
}

/** Longer than any mailbox with its display name; a limit before any work. */
const maximumCharacters = 8192;

/** `addr-spec`, or `display-name <addr-spec>` (RFC 5322 §3.4), with comments; undefined for anything else. */
export function singleMailbox(text: string): string | undefined {
  if (text.length > maximumCharacters) return undefined;
  const parts = splitMailbox(text);
  if (parts === undefined) return undefined;
  const { phrase, address } = parts;
  const mailbox = (address ?? phrase).trim();
  // A display name with an unquoted @ is no display name, unless it repeats the address.
  if (address !== undefined && phrase.includes('@') && phrase.trim() !== mailbox) return undefined;
  return parseMailbox(mailbox).ok ? mailbox : undefined;
}

/**
 * What stands outside of angle brackets, quoted strings only where they may be a local part, and what stands inside;
 * undefined where a character stands that would make it more than one mailbox.
 */
function splitMailbox(text: string): { phrase: string; address: string | undefined } | undefined {
  let phrase = '';
  let quotedInPhrase = '';
  let address: string | undefined;
  let inside = false;
  for (let at = 0; at < text.length; ) {
    const character = text[at] as string;
    if (character === '"') {
      const end = quotedEnd(text, at);
      if (end === undefined) return undefined;
      if (inside) address += text.slice(at, end);
      else quotedInPhrase += text.slice(at, end);
      // Only before @ it is a local part; in a display name it is dropped.
      if (!inside && text[end] === '@') phrase += quotedInPhrase;
      quotedInPhrase = '';
      at = end;
    } else if (character === '(') {
      const end = commentEnd(text, at);
      if (end === undefined) return undefined;
      at = end;
    } else if (character === '<') {
      if (inside || address !== undefined) return undefined;
      inside = true;
      address = '';
      at++;
    } else if (character === '>') {
      if (!inside) return undefined;
      inside = false;
      at++;
    } else if (',;:'.includes(character) && !(inside && isInLiteral(address ?? '')) && !isInLiteral(phrase)) {
      return undefined;
    } else {
      if (inside) address += character;
      else if (address !== undefined && character !== ' ' && character !== '\t') return undefined;
      else phrase += character;
      at++;
    }
  }
  return inside ? undefined : { phrase, address };
}

/** Within an address literal, where colons belong (RFC 5321 §4.1.3). */
function isInLiteral(text: string): boolean {
  return /@\[[^\]]*$/.test(text);
}

function quotedEnd(text: string, start: number): number | undefined {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return undefined;
}

/** Comments nest (RFC 5322 §3.2.2). */
function commentEnd(text: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '(') depth++;
    else if (text[at] === ')' && --depth === 0) return at + 1;
  }
  return undefined;
}
