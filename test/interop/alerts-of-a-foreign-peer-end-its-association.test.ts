import type { ExecutionContext } from 'ava';
import type { DtlsSocket, TlsError } from 'lwm2m-tls';
import { alertPeerCompiler, sendAlert, startAlertPeer } from '../helpers/foreign/alert-peer.js';
import { testWith } from '../helpers/foreign/tools.js';
import { closed, dial, echo, nextConnection, startEchoServer } from '../helpers/ours.js';

const [warning, fatal] = [1, 2];
const alerts = [
  { title: 'a fatal bad_record_mac', level: fatal, description: 20, failure: 'bad_record_mac' },
  { title: 'a fatal internal_error', level: fatal, description: 80, failure: 'internal_error' },
  { title: 'a fatal close_notify', level: fatal, description: 0 },
  { title: 'user_canceled as a warning', level: warning, description: 90 },
  { title: 'a fatal user_canceled', level: fatal, description: 90 },
];

for (const { title, level, description, failure } of alerts) {
  const what = `${title} is a ${failure ? 'failure' : 'goodbye'}`;

  testWith(alertPeerCompiler, `of a client, ${what}, and nobody else notices`, async (t, compiler) => {
    const { server, port } = await startEchoServer(t);
    const bystander = await dial(t, port);
    const connection = nextConnection(server);
    const client = startAlertPeer(t, compiler, port);
    await client.waitFor(/connected/);
    const { socket } = await connection;
    await endsWith(t, socket, failure, () => sendAlert(client, level, description));
    t.is(server.counters().alertsReceived, failure ? 1 : 0);
    t.is(server.connections, 1);
    t.is(await echo(bystander, 'still here'), 'still here');
  });

  testWith(alertPeerCompiler, `of a server, ${what}`, async (t, compiler) => {
    const server = startAlertPeer(t, compiler);
    const [, port] = await server.waitFor(/port (\d+)/);
    const socket = await dial(t, Number(port));
    await server.waitFor(/connected/);
    await endsWith(t, socket, failure, () => sendAlert(server, level, description));
  });
}

/** The socket closes, with an error exactly where a failure is expected. */
async function endsWith(t: ExecutionContext, socket: DtlsSocket, failure: string | undefined, action: () => void) {
  const errors: TlsError[] = [];
  socket.on('error', (error) => errors.push(error as TlsError));
  const end = closed(socket);
  action();
  t.is(await end, failure !== undefined);
  t.deepEqual(
    errors.map(({ code, alertName }) => ({ code, alertName })),
    failure ? [{ code: 'ERR_ALERT_RECEIVED', alertName: failure }] : [],
  );
}
