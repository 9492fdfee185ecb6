/** Signed messages over HTTP: the cast of the stand-in, forms, streaming, and what cannot be read. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Running } from '../../src/cli/serve.js';
import { certificateBundle, envelopMessage, issuePerson, signMessage } from '../../src/stand-in/index.js';
import { largeMail, streamOf } from './large-mail.js';
import { base64, createWorld, send, type World } from './support.js';

let world: World;
let running: Running;
let verify: string;

beforeAll(async () => {
  world = await createWorld();
  running = await world.start();
  await world.fill(running);
  verify = `${running.server.url}/v1/messages/verify`;
});
afterAll(() => world.close());

const mail = (body: Uint8Array | string, query = '') => send(`${verify}${query}`, { type: 'message/rfc822', body });

describe('POST /v1/messages/verify', () => {
  it('judges signature, trust and identity apart', async () => {
    const { messages } = world;
    const good = (await mail(messages.goodMultipart)).json;
    expect(good).toMatchObject({ schema: 1, status: 'valid', etsi: { indication: 'TOTAL_PASSED' } });
    expect(good.signers[0]).toMatchObject({
      signature: { status: 'valid' },
      trust: { status: 'valid' },
      identity: { status: 'valid', mailboxes: ['anna.muster@stand-in.example'] },
    });
    expect((await mail(messages.goodOpaque)).json.status).toBe('valid');
    const altered = (await mail(messages.altered)).json;
    expect([altered.status, altered.findings[0].code]).toEqual(['invalid', 'message_digest_mismatch']);
    const other = (await mail(messages.withOtherFrom)).json;
    expect([other.status, other.signers[0].identity.status]).toEqual(['invalid', 'invalid']);
    expect((await mail(messages.withOtherFrom, '?from=false')).json.status).toBe('valid');
    expect((await mail(messages.goodMultipart, '?from=otto.normal@stand-in.example')).json.status).toBe('invalid');
    expect((await mail(messages.twoSignersOneFails)).json.status).toBe('invalid');
  });

  it('takes bare CMS, and a detached signature with its content as a form', async () => {
    const { person } = world.samples;
    const signers = [{ by: person, signingTime: world.now }];
    const content = new TextEncoder().encode('the words that were signed\n');
    const attached = signMessage({ form: 'attached', content, signers }).message;
    const type = 'application/pkcs7-mime';
    expect((await send(verify, { type, body: attached })).json.status).toBe('valid');
    expect((await send(verify, { type: `${type}; smime-type=signed-data`, body: attached })).json.status).toBe('valid');
    const detached = signMessage({ form: 'detached', content, signers }).message;
    const alone = (await send(verify, { type: 'application/pkcs7-signature', body: detached })).json;
    expect([alone.status, alone.findings[0].code]).toEqual(['indeterminate', 'content_missing']);
    const form = (signed: Uint8Array) => {
      const data = new FormData();
      data.set('message', new Blob([new Uint8Array(detached)]), 'signature.p7s');
      data.set('content', new Blob([new Uint8Array(signed)]));
      return data;
    };
    expect((await send(verify, { body: form(content) })).json.status).toBe('valid');
    const wrong = (await send(verify, { body: form(content.subarray(1)) })).json;
    expect(wrong.findings[0].code).toBe('message_digest_mismatch');
  });

  it('an archived message is good at its attested time, given the CRLs of then, and not proven without', async () => {
    const { former, archivedAt, archivedCrls } = world.samples;
    const { messages } = world;
    const { writeFileSync } = await import('node:fs');
    const catalogue = `${world.folder}/former.json`;
    writeFileSync(catalogue, JSON.stringify(former.catalogue));
    const archive = await world.start({ catalogues: [catalogue] });
    for (const { certificate } of former.authorities) await archive.service.install(certificate);
    for (const { der } of archivedCrls) await archive.service.importCrl(der);
    const ask = async (query = '') =>
      (
        await send(`${archive.server.url}/v1/messages/verify${query}`, {
          type: 'message/rfc822',
          body: messages.archived,
        })
      ).json;
    expect((await ask()).status).toBe('indeterminate');
    expect((await ask(`?at=${archivedAt.toISOString()}`)).status).toBe('valid');
    expect((await ask(`?at=${archivedAt.toISOString()}`)).time.basis).toBe('attested');
  });

  it('answers what is not signed, encrypted or only a bundle with a verdict', async () => {
    const { person } = world.samples;
    const issuer = world.standIn.user;
    const recipient = issuePerson({
      issuer,
      mailbox: 'rsa@stand-in.example',
      algorithm: 'rsa-2048',
      notBefore: world.now,
      notAfter: world.now,
    });
    const plain = (await mail('From: a@example.org\r\n\r\nhello\r\n')).json;
    expect([plain.status, plain.signers, plain.findings[0].code]).toEqual(['indeterminate', [], 'not_signed']);
    const encrypted = (
      await mail(envelopMessage({ from: 'a@b.example', recipient, content: new Uint8Array(9) }).message)
    ).json;
    expect([encrypted.status, encrypted.findings[0].code]).toEqual(['indeterminate', 'encrypted']);
    const bundle = certificateBundle([person.certificate]);
    const p7c = (await send(verify, { type: 'application/pkcs7-mime', body: bundle })).json;
    expect([p7c.status, p7c.findings[0].code]).toEqual(['indeterminate', 'not_signed']);
  });

  it('goes through a batch too', async () => {
    const lines = [
      { message: base64(world.messages.goodMultipart) },
      { message: base64(world.messages.withOtherFrom), from: false },
      { message: base64(world.messages.goodMultipart), profil: 'smime' },
    ];
    const body = lines.map((line) => JSON.stringify(line)).join('\n');
    const answer = await send(`${running.server.url}/v1/batch`, { type: 'application/x-ndjson', body });
    const statuses = answer.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).status);
    expect(statuses).toEqual(['valid', 'valid', 400]);
  });
});

describe('messages that cannot be read', () => {
  it('CMS that is broken is a problem, not a verdict', async () => {
    const broken = world.messages.goodOpaque.slice();
    const text = Buffer.from(broken).toString('latin1');
    const at = text.indexOf('\r\n\r\n') + 4;
    broken.fill(0x41, at, at + 400);
    const answer = await mail(broken);
    expect([answer.status, answer.json.code]).toEqual([400, 'cms_malformed']);
    expect((await mail(world.messages.goodOpaque)).json.status).toBe('valid');
  });

  it.each([
    ['an empty body', '', 'message/rfc822', 400, 'request_malformed'],
    ['no form', 'rubbish', 'multipart/form-data; boundary=x', 400, 'request_malformed'],
    ['JSON', '{}', 'application/json', 415, 'content_type_unsupported'],
  ])('%s', async (_, body, type, status, code) => {
    const answer = await send(verify, { type, body });
    expect([answer.status, answer.json.code]).toEqual([status, code]);
  });

  it('forms with other parts, without the message, or with it twice', async () => {
    const form = (...names: string[]) => {
      const data = new FormData();
      for (const name of names) data.append(name, 'x');
      return data;
    };
    for (const [names, field] of [
      [['message', 'signature'], 'signature'],
      [['content'], 'message'],
      [['message', 'message'], 'message'],
    ] as const) {
      const answer = await send(verify, { body: form(...names) });
      expect([answer.status, answer.json.field]).toEqual([400, field]);
    }
  });

  it('options that are not those of a message', async () => {
    for (const query of ['?dns=a.example', '?profile=tls-server', '?at=then', '?content=MIIB']) {
      const answer = await mail(world.messages.goodMultipart, query);
      expect([query, answer.status, answer.json.code]).toEqual([query, 400, 'request_malformed']);
    }
  });
});

describe('size', () => {
  it('128 MiB and one octet is 413 before it is read, and the connection is closed', async () => {
    const { hostname, port } = new URL(verify);
    const socket = connect(Number(port), hostname);
    const length = 128 * 1024 * 1024 + 1;
    socket.write(
      `POST /v1/messages/verify HTTP/1.1\r\nHost: x\r\nContent-Type: message/rfc822\r\nContent-Length: ${length}\r\n\r\nFrom: a@b\r\n`,
    );
    let received = '';
    for await (const chunk of socket) received += chunk;
    expect(received).toMatch(/^HTTP\/1\.1 413 /);
    expect(received.toLowerCase()).toContain('connection: close');
  });

  it('a large signed message without a declared length is streamed, and gets its verdict', async () => {
    const body = streamOf(largeMail(world.samples.person, 20 * 1024 * 1024));
    const answer = await send(verify, { type: 'message/rfc822', body });
    expect([answer.status, answer.json.status]).toEqual([200, 'valid']);
  });
});
