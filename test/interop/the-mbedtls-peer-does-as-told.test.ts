/** The helpers themselves: what only the peer on Mbed TLS can do. */
import { attend } from '../helpers/attend.js';
import { FaultProxy } from '../helpers/fault-proxy.js';
import { mbedtls, mbedtlsCommands, startMbedtls } from '../helpers/foreign/mbedtls.js';
import { testWith } from '../helpers/foreign/tools.js';
import { freePort } from '../helpers/free-port.js';
import { pki } from '../helpers/pki.js';
import { ccm8, ecdsaCcm8 } from '../helpers/suites.js';

for (const transport of ['datagram', 'stream'] as const) {
  const options = { suite: ccm8, transport };

  testWith(mbedtls.tool, `either side sends any alert, ${transport}`, async (t) => {
    const server = await mbedtls.startServer(t, options);
    const client = mbedtls.startClient(t, server.port, options);
    await client.waitFor(/handshake ok/);
    client.writeLine(mbedtlsCommands.alert(2, 80));
    await server.process.waitFor(mbedtls.prints.alert(80));

    const other = mbedtls.startClient(t, server.port, options);
    await other.waitFor(/handshake ok/);
    server.process.writeLine(mbedtlsCommands.alert(2, 20));
    await other.waitFor(mbedtls.prints.alert(20));
    t.is(await other.exited, 3);
  });

  testWith(mbedtls.tool, `the server says goodbye, ${transport}`, async (t) => {
    const server = await mbedtls.startServer(t, options);
    const client = mbedtls.startClient(t, server.port, options);
    await client.waitFor(/handshake ok/);
    server.process.writeLine(mbedtlsCommands.closeNotify);
    await client.waitFor(mbedtls.prints.closed);
    t.is(await client.exited, 0);
  });
}

testWith(mbedtls.tool, 'a client that left in silence connects again from the same port', async (t) => {
  const server = await mbedtls.startServer(t, { suite: ccm8 });
  const more = [`local_port=${await freePort()}`];
  for (const turn of ['first', 'second']) {
    const client = mbedtls.startClient(t, server.port, { suite: ccm8, more });
    await client.waitFor(/handshake ok/);
    client.writeLine(turn);
    await client.waitFor(new RegExp(`received \\d+ ${turn}`));
    client.writeLine(mbedtlsCommands.leaveInSilence);
    t.is(await client.exited, 0);
  }
  t.regex(server.process.output, /handshake ok[\s\S]*first[\s\S]*reconnect\nhandshake ok[\s\S]*second/);
});

for (const cookies of [true, false]) {
  testWith(mbedtls.tool, `the server ${cookies ? 'asks' : 'does not ask'} for a cookie`, async (t) => {
    const { port } = await mbedtls.startServer(t, { suite: ccm8, more: cookies ? [] : ['cookies=0'] });
    const proxy = attend(t, await FaultProxy.start({ server: { port } }));
    const client = mbedtls.startClient(t, proxy.port, { suite: ccm8 });
    await client.waitFor(/handshake ok/);
    t.is(/hello_verify_request/.test(proxy.transcript().join()), cookies);
  });
}

for (const mtu of [300, 1200]) {
  testWith(mbedtls.tool, `no datagram of a server is larger than ${mtu}`, async (t) => {
    const [certificate, suite] = [await pki.server(), ecdsaCcm8];
    const { port } = await mbedtls.startServer(t, { suite, certificate, mtu });
    const proxy = attend(t, await FaultProxy.start({ server: { port } }));
    const client = mbedtls.startClient(t, proxy.port, { suite });
    await client.waitFor(/handshake ok/);
    const largest = Math.max(...proxy.entries('toClient').map(({ bytes }) => bytes.length));
    t.true(largest <= mtu && largest > mtu / 2, `${largest} bytes`);
  });
}

testWith(mbedtls.tool, 'a wrong option ends the program with 2', async (t) => {
  const program = startMbedtls(t, ['role=server', 'ports=0']);
  t.is(await program.exited, 2);
  t.regex(program.stderr, /unknown option: ports/);
});

testWith(mbedtls.tool, 'a wrong key fails, and the server takes the next client', async (t) => {
  const server = await mbedtls.startServer(t, { suite: ccm8 });
  const psk = { identity: 'client1', key: Buffer.alloc(16, 0xee) };
  const impostor = mbedtls.startClient(t, server.port, { suite: ccm8, psk });
  await server.process.waitFor(/failed -0x|alert 2/);
  await impostor.stop();
  const client = mbedtls.startClient(t, server.port, { suite: ccm8 });
  await client.waitFor(/handshake ok/);
  t.pass();
});
