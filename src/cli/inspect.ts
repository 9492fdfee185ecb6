/** `inspect FILE`: what a certificate says of itself, its fingerprints, and the pins that it matches. Nothing is judged. */
import { inWords, recognise } from '../http/recognise.js';
import { type CertificateReport, inspectCertificate, type ReportedExtension } from '../verify/inspect.js';
import { fileLimits, readInput } from './files.js';
import { exitCode, type Io, unreadable } from './io.js';
import { type Paint, paint } from './paint.js';
import { moment, shown } from './render-verdict.js';
import { commandTrust } from './trust.js';

interface InspectOptions {
  catalogue?: string[];
  data?: string;
  json?: boolean;
}

export async function inspect(path: string, options: InspectOptions, io: Io): Promise<number> {
  const bytes = await readInput(path, io, fileLimits.certificate);
  const report = inspectCertificate(bytes, await commandTrust(options, io));
  if (!report.readable) {
    const kind = recognise(bytes);
    const [finding] = report.findings;
    const named =
      kind === 'unknown' || kind === 'certificate'
        ? finding?.message
        : `expected a certificate, found ${inWords[kind]}`;
    throw unreadable(`${path}: ${named} [certificate_malformed]`);
  }
  io.stdout(
    options.json === true ? `${JSON.stringify(report, undefined, 2)}\n` : render(path, report, paint(io.colours)),
  );
  return exitCode.valid;
}

function render(path: string, report: CertificateReport, colours: Paint): string {
  const reports = [report, ...(report.further ?? [])];
  return reports
    .map((one, index) => renderOne(reports.length === 1 ? path : `${path}, certificate ${index}`, one, colours))
    .join('\n');
}

function renderOne(title: string, report: CertificateReport, { bold, dim }: Paint): string {
  const { fingerprints, publicKey } = report;
  const rows: [string, string | undefined][] = [
    ['Subject', report.subject === '' ? '(empty)' : report.subject],
    ['Issuer', report.issuer],
    ['Serial', report.serialNumber],
    ['Valid', `${moment(report.notBefore ?? '')} to ${moment(report.notAfter ?? '')}`],
    ['Key', publicKey === undefined ? undefined : (publicKey.description ?? publicKey.algorithm)],
    ['Signed with', report.signatureAlgorithm],
    ['Names', report.subjectAltNames?.map(({ form, value }) => `${form} ${value}`).join(', ')],
    ['SHA-256', fingerprints?.sha256],
    ['SHA-1', fingerprints?.sha1],
    ['MD5', fingerprints?.md5],
    ...pinRows(report),
  ];
  const lines = rows
    .filter((row): row is [string, string] => row[1] !== undefined && row[1] !== '')
    .map(([name, value]) => `  ${dim(name.padEnd(12))} ${shown(value)}`);
  const extensions = (report.extensions ?? []).map((extension) => `  ${extensionLine(extension)}`);
  return `${[bold(shown(title)), ...lines, ...(extensions.length === 0 ? [] : ['', `  ${bold('Extensions')}`, ...extensions])].join('\n')}\n`;
}

function pinRows({ pins }: CertificateReport): [string, string][] {
  if (pins === undefined || pins.length === 0) return [['Pinned', 'no: it is no authority of a catalogue']];
  return pins.map(({ catalogue, authority, name, differences }) => {
    const differing = differences.map((d) => `${d.fact} published ${d.published}, found ${d.found}`).join('; ');
    return ['Pinned', `${name} (${catalogue}/${authority})${differing === '' ? '' : `; facts differ: ${differing}`}`];
  });
}

function extensionLine({ oid, name, critical, value, der }: ReportedExtension): string {
  const content = value === undefined ? (der ?? '') : typeof value === 'string' ? value : JSON.stringify(value);
  return `  ${name ?? oid}${critical ? ', critical' : ''}  ${shown(content)}`;
}
