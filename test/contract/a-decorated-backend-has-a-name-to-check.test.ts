import { once } from 'node:events';
import { connect } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { ContractError, createTcpBackend, type NetSocket, streamBackend } from 'lwm2m-tls';
import { serverIdentity, socketFor, startServer, verifying } from '../helpers/contract-servers.js';
import { pki } from '../helpers/pki.js';

test('without one there is nothing to check the certificate with', async (t) => {
  const { socket, tcp } = await prepare(t, {});
  await t.throwsAsync(socket.decorate(streamBackend(tcp)), { code: 'ENOBUFS' });
  t.false(tcp.destroyed, 'it stays its owner’s');
});

test('that of the backend', async (t) => {
  const { socket, tcp } = await prepare(t, {});
  await t.notThrowsAsync(socket.decorate(streamBackend(tcp, { remoteHostname: 'localhost' })));
});

test('another one of the backend is refused', async (t) => {
  const { socket, tcp } = await prepare(t, {});
  const decorated = socket.decorate(streamBackend(tcp, { remoteHostname: 'other.example' }));
  t.is(
    (await t.throwsAsync<ContractError>(decorated, { instanceOf: ContractError }))?.verifyError,
    'HOSTNAME_MISMATCH',
  );
});

test('the configured one comes first', async (t) => {
  const { socket, tcp } = await prepare(t, { serverNameIndication: 'localhost' });
  await t.notThrowsAsync(socket.decorate(streamBackend(tcp, { remoteHostname: 'other.example' })));
});

test('the host that a TCP backend was connected to', async (t) => {
  const { socket, port } = await prepare(t, {});
  const backend = createTcpBackend();
  await backend.connect?.('127.0.0.1', port);
  await t.notThrowsAsync(socket.decorate(backend));
});

async function prepare(t: ExecutionContext, configuration: { serverNameIndication?: string }) {
  const { port } = await startServer(t, 'TLS 1.3', await serverIdentity(await pki.server()));
  const tcp = connect(port, '127.0.0.1');
  t.teardown(() => tcp.destroy());
  await once(tcp, 'connect');
  const socket: NetSocket = socketFor(t, 'TLS 1.3', { security: await verifying(), ...configuration });
  return { socket, tcp, port };
}
