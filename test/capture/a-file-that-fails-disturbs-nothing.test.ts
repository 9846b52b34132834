import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { DtlsServer } from 'lwm2m-tls';
import { captureFile } from '../helpers/captures.js';
import { client1 } from '../helpers/credentials.js';
import { dialTestServer, startTestServer } from '../helpers/harness.js';
import { dial, echo, startEchoServer } from '../helpers/ours.js';
import { within } from '../helpers/within.js';

const hasFullDevice = existsSync('/dev/full');
const onLinux = hasFullDevice ? test.serial : test.serial.skip;

test.serial('a folder that is missing: listen() and connect() say so, and nothing stays open', async (t) => {
  const file = path.join(captureFile(t), 'missing', 'capture.pcapng');
  for (const when of ['always', 'failure'] as const) {
    const server = new DtlsServer({ psk: { [client1.identity]: client1.key }, capture: { file, when } });
    t.teardown(async () => server.close());
    const message = `capture file ${file}: no such file or directory`;
    await t.throwsAsync(server.listen({ host: '127.0.0.1' }), { code: 'ENOENT', message });
    const { port } = await startEchoServer(t);
    await t.throwsAsync(dial(t, port, { capture: { file, when } }), { code: 'ENOENT' });
  }
});

test.serial('a server may listen once its file can be had', async (t) => {
  const folder = path.join(captureFile(t), '..', 'later');
  const server = new DtlsServer({ psk: {}, capture: { file: path.join(folder, 'capture.pcapng') } });
  t.teardown(async () => server.close());
  await t.throwsAsync(server.listen({ host: '127.0.0.1' }), { code: 'ENOENT' });
  mkdirSync(folder);
  t.truthy((await server.listen({ host: '127.0.0.1' })).port);
});

test.serial('a directory in its place', async (t) => {
  const { server } = await startTestServer(t);
  t.throws(() => server.startCapture({ file: path.dirname(captureFile(t)) }), { code: 'EISDIR' });
});

onLinux('a disk that is full: a warning, and the traffic goes on', async (t) => {
  const warning = new Promise<Error & { code?: string }>((resolve) => process.once('warning', resolve));
  const { server, port } = await startTestServer(t);
  t.throws(() => server.startCapture({ file: '/dev/full' }), { code: 'ENOSPC' });
  const capture = server.startCapture({ file: '/dev/full', when: 'failure' });
  const client = await dialTestServer(t, port);
  capture.save();
  const { code, message } = await within(5_000, 'the warning', warning);
  t.is(code, 'LWM2M_TLS_CAPTURE');
  t.is(message, 'capture file /dev/full: no space left on device; the capture has ended');
  t.false(capture.running);
  t.is(capture.error?.code, 'ENOSPC');
  client.send('on and on');
  t.is((await (await server.accept()).receive()).toString(), 'on and on');
  await t.throwsAsync(capture.stop(), { code: 'ENOSPC' });
});

test.serial('one file, one capture', async (t) => {
  const { server } = await startTestServer(t);
  const file = captureFile(t);
  const capture = server.startCapture({ file });
  t.throws(() => server.startCapture({ file: path.join(path.dirname(file), '.', 'capture.pcapng') }), {
    code: 'EBUSY',
  });
  await capture.stop();
  await server.startCapture({ file }).stop();
});

test.serial('a full file ends where it is full', async (t) => {
  const file = captureFile(t);
  const { port } = await startEchoServer(t, { capture: { file, maxBytes: 4_096 } });
  const socket = await dial(t, port);
  for (let i = 0; i < 20; i += 1) await echo(socket, 'x'.repeat(500));
  t.true(statSync(file).size <= 4_096);
  const { server } = await startTestServer(t);
  const capture = server.startCapture({ file: captureFile(t), maxBytes: 4_096 });
  const client = await dialTestServer(t, server.address().port);
  for (let i = 0; i < 20; i += 1) client.send('x'.repeat(500));
  const connection = await server.accept();
  for (let i = 0; i < 20; i += 1) await connection.receive();
  await capture.stop();
  t.true(capture.dropped > 10);
  t.true(capture.packets > 4);
});

test.serial('a file that others could read before is closed to them', async (t) => {
  const file = captureFile(t);
  writeFileSync(file, 'older than this');
  chmodSync(file, 0o644);
  const { server } = await startTestServer(t);
  await server.startCapture({ file }).stop();
  t.is(statSync(file).mode & 0o777, 0o600);
  t.not(readFileSync(file, 'latin1').slice(0, 5), 'older');
});
