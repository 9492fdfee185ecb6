/** The words that requests may use, for the schemas and for the command line, which starts without the schemas. */

export const maximumCertificates = 64;

export const certificateProfiles = [
  'rfc5280',
  'tls-server',
  'tls-client',
  'smime',
  'document',
  'device',
  'webpki-server',
] as const;

export const messageProfiles = ['smime', 'document', 'rfc5280'] as const;
