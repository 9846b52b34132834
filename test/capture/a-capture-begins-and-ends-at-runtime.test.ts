import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { Capture, DtlsServer } from 'lwm2m-tls';
import { captureFile, dissect, request, requests } from '../helpers/captures.js';
import { testWith, tshark } from '../helpers/foreign/tools.js';
import { dialTestServer, startTestServer } from '../helpers/harness.js';

testWith(tshark, 'what comes before and after is not in it', async (t, tool) => {
  const file = captureFile(t);
  const { server, port } = await startTestServer(t);
  const talk = async () => {
    const client = await dialTestServer(t, port);
    const connection = await server.accept();
    client.send(request);
    await connection.receive();
    await client.close();
    await connection.ended();
    await setImmediate(); // its goodbye is answered
  };
  await talk();
  const capture = server.startCapture({ file });
  t.true(capture instanceof Capture);
  t.is(capture.file, file);
  await talk();
  await capture.stop();
  t.false(capture.running);
  const { packets } = capture;
  await talk();
  const dissected = await dissect(tool, file, port);
  t.is(requests(dissected), 1);
  t.regex(dissected[0]?.info ?? '', /Client Hello/);
  t.regex(dissected.at(-1)?.info ?? '', /Close Notify/);
  t.is(dissected.length, packets);
  await capture.stop();
});

testWith(tshark, 'several at once, of one peer each: without the secrets of the other', async (t, tool) => {
  const { server, port } = await startTestServer(t, {}, { host: '0.0.0.0' });
  const files = new Map([
    ['127.0.0.2', captureFile(t)],
    ['127.0.0.3', captureFile(t)],
  ]);
  const captures = [...files].map(([remoteAddress, file]) => server.startCapture({ file, remoteAddress }));
  for (const localAddress of files.keys()) {
    const client = await dialTestServer(t, port, { localAddress });
    client.send(request);
    await (await server.accept()).receive();
  }
  for (const capture of captures) await capture.stop();
  for (const [address, file] of files) {
    const packets = await dissect(tool, file, port);
    t.is(requests(packets), 1);
    t.true(packets.every(({ source, target }) => `${source} ${target}`.includes(`${address} `)));
    t.is(readFileSync(file, 'latin1').match(/CLIENT_RANDOM/g)?.length, 1);
  }
});

testWith(tshark, 'a section is appended to a file that exists', async (t, tool) => {
  const file = captureFile(t);
  const { server, port } = await startTestServer(t, { capture: { file } });
  for (const next of [true, false]) {
    const { port: now } = server.address();
    const client = await dialTestServer(t, now);
    client.send(request);
    await (await server.accept()).receive();
    if (next) await server.resetPort(port);
  }
  await server.close();
  t.is(requests(await dissect(tool, file, port)), 2);
});

test('only while the server listens; it ends with the server', async (t) => {
  const file = captureFile(t);
  const idle = new DtlsServer({ psk: {} });
  t.throws(() => idle.startCapture({ file }), { code: 'ERR_NOT_LISTENING' });
  const { server } = await startTestServer(t);
  const capture = server.startCapture({ file });
  await server.close();
  t.false(capture.running);
  await capture.stop();
  t.throws(() => server.startCapture({ file }), { code: 'ERR_CLOSED' });
});

test('options are checked', async (t) => {
  const { server } = await startTestServer(t);
  const file = captureFile(t);
  const bad: [object, RegExp][] = [
    [{}, /startCapture.file: got undefined, expected a path/],
    [{ file: '' }, /expected a path/],
    [{ file: 'a\0b' }, /expected a path/],
    [{ file, when: 'failures' }, /did you mean 'failure'/],
    [{ file, maxByte: 1 }, /did you mean 'maxBytes'/],
    [{ file, maxBytes: 4_095 }, /an integer from 4096/],
    [{ file, peerBytes: 65_536 }, /when: 'failure' beside it/],
    [{ file, when: 'failure', peerBytes: 1 }, /an integer from 4096/],
    [{ file, when: 'failure', memoryBytes: 1 }, /an integer from 65536/],
    [{ file, append: 'yes' }, /true or false/],
    [{ file, remotePort: 5_684 }, /remoteAddress beside it/],
    [{ file, remoteAddress: 'localhost' }, /a numeric IP address/],
    [{ file, remoteAddress: '127.0.0.1', remotePort: 0 }, /an integer from 1/],
  ];
  for (const [options, message] of bad) t.throws(() => server.startCapture(options as never), { message });
  t.throws(() => new DtlsServer({ psk: {}, capture: { when: 'failure' } as never }), { message: /^capture.file/ });
});
