/** The service over HTTP with raw bodies, a certificate seen before, against a hono echo of the same size. */
import { fork } from 'node:child_process';
import { Pool } from 'undici';
import { row } from '../harness.mjs';
import { dnsName, makeChain, now } from '../pki.mjs';

const child = new URL('../http-child.mjs', import.meta.url).pathname;
const requests = 1000;
const connections = 8;

export async function http() {
  const { leaves, files } = makeChain('rsa-2048', 1);
  const path = `/v1/certificates/verify?dns=${dnsName}`;
  const service = await start('service', 0, [files.root, files.authority, ...files.crls], path, leaves[0]);
  const answer = await service.ask();
  if (JSON.parse(answer).status !== 'valid') throw new Error('the service refuses a good certificate');
  const echo = await start('echo', Buffer.byteLength(answer), [], '/', leaves[0]);
  try {
    return [
      await row('HTTP, raw body, certificate seen before, CRLs checked: CPU of the server per request', [
        service.contender('unify-pki', (body) => body.includes('"status":"valid"')),
        echo.contender('hono raw echo, same size of answer', (body) => body.length > 0),
      ]),
    ];
  } finally {
    await service.stop();
    await echo.stop();
  }
}

async function start(mode, size, files, path, body) {
  const server = fork(child, [mode, now.toISOString(), String(size), ...files]);
  const message = () => new Promise((resolve) => server.once('message', resolve));
  const { url } = await message();
  const pool = new Pool(url, { connections });
  const ask = async () => {
    const headers = { 'content-type': 'application/pkix-cert' };
    const response = await pool.request({ method: 'POST', path, headers, body });
    return response.body.text();
  };
  const round = async (isGood) => {
    server.send('start');
    let good = 0;
    const work = async () => {
      for (let index = 0; index < requests / connections; index += 1) if (isGood(await ask())) good += 1;
    };
    await Promise.all(Array.from({ length: connections }, work));
    const answered = message();
    server.send('stop');
    const { cpu } = await answered;
    if (good !== requests)
      throw new Error(`${mode} answers ${good} of ${requests} right: a wrong verdict is not timed`);
    return (cpu.user + cpu.system) / requests;
  };
  return {
    ask,
    contender: (name, isGood) => ({ name, round: () => round(isGood) }),
    stop: async () => {
      await pool.close();
      server.disconnect();
    },
  };
}
