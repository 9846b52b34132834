import { existsSync, writeFileSync } from 'node:fs';
import test from 'ava';
import { connect } from 'lwm2m-tls';
import { captureFile, dissect, request, requests } from '../helpers/captures.js';
import { client1 } from '../helpers/credentials.js';
import { testWith, tshark } from '../helpers/foreign/tools.js';
import { dialTestServer, startTestServer, testPair } from '../helpers/harness.js';
import { dial, Inbox, startEchoServer } from '../helpers/ours.js';

test('as long as nothing fails there is no file, and one of an earlier run goes', async (t) => {
  const [ofServer, ofClient] = [captureFile(t), captureFile(t)];
  writeFileSync(ofServer, 'stale');
  const { server, port } = await startEchoServer(t, { capture: { file: ofServer, when: 'failure' } });
  t.false(existsSync(ofServer));
  const socket = await dial(t, port, { capture: { file: ofClient, when: 'failure' } });
  const inbox = new Inbox(socket);
  socket.send(request);
  await inbox.next();
  await socket.close();
  await server.close();
  t.false(existsSync(ofServer) || existsSync(ofClient));
});

testWith(tshark, 'a handshake that fails, with the alert, of that client alone', async (t, tool) => {
  const file = captureFile(t);
  const { server, port } = await startEchoServer(t, { capture: { file, when: 'failure' } });
  const fine = await dial(t, port);
  const stranger = { ...client1, identity: 'stranger' };
  await t.throwsAsync(connect({ host: '127.0.0.1', port, psk: stranger }), { code: 'ERR_ALERT_RECEIVED' });
  await server.close();
  const packets = await dissect(tool, file, port);
  t.regex(packets.at(-1)?.info ?? '', /Unknown PSK Identity/);
  t.false(packets.some(({ source }) => source === `127.0.0.1 ${fine.localPort}`));
  t.false(packets.some(({ wrong }) => wrong));
  t.regex(
    packets[0]?.comment ?? '',
    /^handshake with 127\.0\.0\.1 port \d+ \('stranger'\): the client gave a PSK identity/,
  );
});

testWith(tshark, 'a connection that fails, decrypted from its handshake on', async (t, tool) => {
  const [ofServer, ofClient] = [captureFile(t), captureFile(t)];
  const when = 'failure' as const;
  const { server, port } = await startTestServer(t, { capture: { file: ofServer, when } });
  const client = await dialTestServer(t, port, { capture: { file: ofClient, when } });
  const connection = await server.accept();
  client.on('error', () => {});
  const closed = new Promise((resolve) => client.once('close', resolve));
  client.send(request);
  await connection.receive();
  connection.sendAlert('internal_error');
  await closed;
  const packets = await dissect(tool, ofClient, port);
  t.is(requests(packets), 1);
  t.regex(packets.at(-1)?.info ?? '', /Internal Error/);
  await server.close();
  t.false(existsSync(ofServer), 'at the server it has not failed');
});

testWith(tshark, 'many messages displace each other, and not the handshake', async (t, tool) => {
  const file = captureFile(t);
  const { client, connection } = await testPair(t, {}, { capture: { file, when: 'failure', peerBytes: 16_384 } });
  client.on('error', () => {});
  for (let i = 0; i < 200; i += 1) {
    client.send(Buffer.alloc(200, i));
    await connection.receive();
  }
  client.send(request);
  await connection.receive();
  const closed = new Promise((resolve) => client.once('close', resolve));
  connection.sendAlert(80);
  await closed;
  const packets = await dissect(tool, file, client.remotePort);
  t.is(requests(packets), 1);
  t.true(packets.length < 50, `${packets.length} packets`);
  t.regex(packets[0]?.info ?? '', /Client Hello/);
});

testWith(tshark, 'what is kept is written on demand, with a reason', async (t, tool) => {
  const file = captureFile(t);
  const { server, port, client, connection } = await testPair(t);
  const capture = server.startCapture({ file, when: 'failure' });
  client.send(request);
  await connection.receive();
  const second = await dialTestServer(t, port);
  second.send(request);
  await (await server.accept()).receive();
  capture.save('the test has failed');
  await capture.stop();
  const packets = await dissect(tool, file, port);
  t.is(requests(packets), 1, 'the handshake of the first is not there to decrypt it');
  const comments = packets.map(({ comment }) => comment).filter(Boolean);
  t.deepEqual(comments, ['the test has failed', 'the test has failed']);
  t.is(capture.packets, packets.length);
});

test('the memory for peers is bounded, and given back', async (t) => {
  const file = captureFile(t);
  const { server, port } = await startTestServer(t);
  const capture = server.startCapture({ file, when: 'failure', memoryBytes: 65_536 });
  const clients = [];
  for (let i = 0; i < 30; i += 1) {
    clients.push(await dialTestServer(t, port));
    t.true(capture.memoryBytes <= 65_536);
  }
  t.true(capture.memoryBytes > 16_384);
  for (const client of clients) await client.close();
  while (server.connections > 0) await (await server.accept()).ended();
  await capture.stop();
  t.false(existsSync(file));
});
