/** `verify` on messages: told apart from certificates by content, judged by the same options. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificateBundle, signMessage } from '../../src/stand-in/index.js';
import { writePem } from '../../src/x509/pem.js';
import { createWorld, type World } from './support.js';

let world: World;
let trusted: string[];

beforeAll(() => {
  world = createWorld();
  const { standIn, samples } = world;
  const root = world.pem('root.pem', standIn.root);
  const chain = world.pem('chain.pem', standIn.user);
  const crls = samples.published.slice(0, 2).map(({ der }, index) => world.file(`${index}.crl`, der));
  trusted = ['--anchor', root, '--untrusted', chain, ...crls.flatMap((path) => ['--crl', path])];
});
afterAll(() => world.close());

const verify = (file: string, ...args: string[]) => world.run(['verify', file, ...trusted, ...args]);

describe('verify FILE on messages', () => {
  it('0 for a good mail, with signature, trust and identity apart', async () => {
    const { code, out } = await verify(world.file('good.eml', world.messages.goodMultipart));
    expect(code).toBe(0);
    expect(out).toMatch(/signature +valid/);
    expect(out).toMatch(/trust +valid/);
    expect(out).toMatch(/identity +valid +anna\.muster@stand-in\.example/);
    expect(out).toContain('which is a claim');
  });

  it('detects .eml, .p7m, .p7s and PEM by content, whatever the name', async () => {
    const { person } = world.samples;
    const content = new TextEncoder().encode('content of some kind\n');
    const signers = [{ by: person, signingTime: world.now }];
    const attached = signMessage({ form: 'attached', content, signers }).message;
    const detached = signMessage({ form: 'detached', content, signers }).message;
    const file = world.file('content.bin', content);
    expect((await verify(world.file('opaque', world.messages.goodOpaque))).code).toBe(0);
    expect((await verify(world.file('attached', attached))).code).toBe(0);
    expect((await verify(world.file('attached.pem', writePem('CMS', attached)))).code).toBe(0);
    expect((await verify(world.file('detached', detached), '--content', file)).code).toBe(0);
    const alone = await verify(world.file('detached', detached), '--json');
    expect([alone.code, JSON.parse(alone.out).findings[0].code]).toEqual([2, 'content_missing']);
  });

  it('--from and --no-from', async () => {
    const other = world.file('other.eml', world.messages.withOtherFrom);
    expect((await verify(other)).code).toBe(1);
    expect((await verify(other, '--no-from')).code).toBe(0);
    expect((await verify(other, '--from', 'anna.muster@stand-in.example')).code).toBe(0);
    const good = world.file('good.eml', world.messages.goodMultipart);
    expect((await verify(good, '--from', 'otto.normal@stand-in.example')).code).toBe(1);
  });

  it('1 for an altered one, 2 for one that is not signed, 65 for one that cannot be read', async () => {
    const altered = await verify(world.file('altered.eml', world.messages.altered));
    expect([altered.code, altered.out]).toEqual([1, expect.stringContaining('message_digest_mismatch')]);
    const plain = await verify(world.file('plain.eml', 'From: a@example.org\nSubject: x\n\nhello\n'));
    expect([plain.code, plain.out]).toEqual([2, expect.stringContaining('not_signed')]);
    const head =
      'Content-Type: application/pkcs7-mime; smime-type=signed-data\r\nContent-Transfer-Encoding: base64\r\n\r\n';
    const broken = await verify(world.file('broken.eml', `${head}MIIB*\r\n`));
    expect([broken.code, broken.out]).toEqual([65, '']);
    expect(broken.err).toContain('cms_malformed');
  });

  it('a bundle of certificates counts as its certificates', async () => {
    const { person } = world.samples;
    const bundle = world.file('bundle.p7b', certificateBundle([person.certificate, world.standIn.user.certificate]));
    const { code, out } = await verify(bundle, '--json');
    expect([code, JSON.parse(out).paths[0].anchor.kind]).toEqual([0, 'anchor']);
  });

  it('mistakes of usage are 64', async () => {
    const good = world.file('good.eml', world.messages.goodMultipart);
    for (const args of [
      ['--dns', 'a.example'],
      ['--profile', 'tls-server'],
      ['--mailbox', 'a@b.example'],
    ]) {
      const { code, err } = await verify(good, ...args);
      expect([args[0], code]).toEqual([args[0], 64]);
      expect(err).toMatch(/--from|smime, document, rfc5280/);
    }
  });

  it('--at is the time by which it existed', async () => {
    const { former, archivedAt, archivedCrls } = world.samples;
    const anchor = [
      '--anchor',
      world.pem('former.pem', former.root),
      '--untrusted',
      world.pem('user.pem', former.user),
    ];
    const crls = archivedCrls.flatMap(({ der }, index) => ['--crl', world.file(`archived-${index}.crl`, der)]);
    const file = world.file('archived.eml', world.messages.archived);
    const run = (...args: string[]) => world.run(['verify', file, ...anchor, ...crls, ...args]);
    expect((await run()).code).toBe(2);
    expect((await run('--at', archivedAt.toISOString())).code).toBe(0);
  });
});
