/** The options of `verify` as the contract lists them, and what they mean for requests. */
import { type Command, Option } from 'commander';
import { certificateProfiles, messageProfiles } from '../http/choices.js';
import { readTime } from '../http/time.js';
import type { CertificateRequest, MessageRequest, ProfileName, ValidationTime } from '../verify/types.js';
import { usageError } from './io.js';

export interface VerifyOptions {
  profile?: ProfileName;
  dns?: string;
  ip?: string;
  mailbox?: string;
  at?: string;
  crl: string[];
  untrusted: string[];
  anchor: string[];
  catalogue: string[];
  content?: string;
  from?: string | false;
  revocation?: 'require' | 'known' | 'off';
  algorithms?: 'modern' | 'legacy';
  conformance?: 'tolerant' | 'strict';
  validityModel?: 'shell' | 'chain' | 'hybrid';
  data?: string;
  evidence?: string;
  json?: boolean;
}

const collect = (value: string, all: string[]): string[] => [...all, value];

export function addVerifyOptions(command: Command): Command {
  const repeated = (flags: string, text: string) => new Option(flags, text).default([], 'none').argParser(collect);
  const choice = (flags: string, text: string, choices: readonly string[]) => new Option(flags, text).choices(choices);
  return command
    .addOption(choice('--profile <profile>', 'what it shall be good for', certificateProfiles))
    .addOption(new Option('--dns <name>', 'host name that the certificate must be for').conflicts(['ip', 'mailbox']))
    .addOption(new Option('--ip <address>', 'IP address that it must be for').conflicts(['dns', 'mailbox']))
    .addOption(new Option('--mailbox <address>', 'mailbox that it must be for').conflicts(['dns', 'ip']))
    .option('--at <time>', 'certificate: the time asked about; message: a time by which it existed')
    .addOption(repeated('--crl <file>', 'further CRL (may be repeated)'))
    .addOption(repeated('--untrusted <file>', 'further certificates for the path (may be repeated)'))
    .addOption(repeated('--anchor <file>', 'trust this certificate, and not the built-in catalogue (may be repeated)'))
    .addOption(repeated('--catalogue <file>', 'trust this catalogue, and not the built-in one (may be repeated)'))
    .option('--content <file>', 'message: the content of a detached signature')
    .option('--from <address>', 'message: the mailbox that must have signed')
    .option('--no-from', 'message: do not compare the sender')
    .addOption(choice('--revocation <how>', 'how much proof is wanted', ['require', 'known', 'off']))
    .addOption(choice('--algorithms <which>', 'which algorithms count', ['modern', 'legacy']))
    .addOption(choice('--conformance <how>', "how the issuer's duties count", ['tolerant', 'strict']))
    .addOption(choice('--validity-model <model>', 'how validity periods count', ['shell', 'chain', 'hybrid']))
    .option('--data <folder>', 'data folder with installed authorities and CRLs')
    .option('--evidence <file>', 'save all that the verdict rests on, for replay; the file must not exist')
    .option('--json', 'print the verdict as JSON')
    .addHelpText('after', `\n${timeHelp}\n${exitHelp}`);
}

export const timeHelp = 'TIME is RFC 3339 with a zone, or a day (its last second in UTC; today means now).';
export const exitHelp =
  'Exit code: 0 valid, 1 invalid, 2 indeterminate, 64 usage, 65 unreadable input, 69 network, 70 internal.';

export function readTimes(options: Pick<VerifyOptions, 'at'>, now: Date): ValidationTime {
  if (options.at === undefined) return { now };
  const read = readTime(options.at, now);
  if (!read.ok) throw usageError(`--at: expected ${read.expected}, found ${read.found}`);
  return { now, at: read.value };
}

interface Evidence {
  intermediates: Uint8Array[];
  crls: Uint8Array[];
}

const common = (options: VerifyOptions, evidence: Evidence) => ({
  ...evidence,
  revocation: options.revocation,
  algorithms: options.algorithms,
  conformance: options.conformance,
  validityModel: options.validityModel,
});

export function certificateRequestOf(
  certificate: Uint8Array,
  options: VerifyOptions,
  evidence: Evidence,
): CertificateRequest {
  const type = options.dns !== undefined ? 'dns' : options.ip !== undefined ? 'ip' : 'mailbox';
  const value = options[type];
  const identity = value === undefined ? undefined : { type, value };
  return { certificate, ...common(options, evidence), profile: options.profile, identity } as CertificateRequest;
}

export function messageRequestOf(
  message: Uint8Array,
  content: Uint8Array | undefined,
  options: VerifyOptions,
  evidence: Evidence,
): MessageRequest {
  const { profile, dns, ip, mailbox, from } = options;
  if (dns !== undefined || ip !== undefined || mailbox !== undefined) {
    throw usageError('--dns, --ip and --mailbox are for certificates; for a message use --from ADDR or --no-from');
  }
  const known = messageProfiles.find((name) => name === profile);
  if (profile !== undefined && known === undefined) {
    throw usageError(`--profile: for a message expected one of ${messageProfiles.join(', ')}; found ${profile}`);
  }
  return { message, content, ...common(options, evidence), profile: known, from };
}
