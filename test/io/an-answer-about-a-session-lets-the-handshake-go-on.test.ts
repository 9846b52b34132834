import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { Status } from '#lib/errors/status.js';
import type { ConnectedRecord, SessionRecord, SessionWantedRecord } from '#lib/events/records.js';
import { clientContext, openTestEndpoint, serverContext, type TestEndpoint } from '../helpers/endpoints.js';
import { udpBackends } from '../helpers/ours.js';
import { within } from '../helpers/within.js';

/** No flight is sent twice before a test has ended: nothing but the answer can make the handshake go on. */
const settings = { sessions: true, minTimeoutMicros: 60_000_000, maxTimeoutMicros: 60_000_000 };

for (const backend of udpBackends) {
  for (const found of [true, false]) {
    test(`later, from outside of any event: ${found ? 'found' : 'not found'}, over ${backend}`, async (t) => {
      const { server, theirs, ours } = await makeSession(t, backend);
      const { peer, id, connected } = await resume(t, server, backend, theirs);
      t.deepEqual(id, ours.id);
      await new Promise((resolve) => setImmediate(resolve));
      t.is(server.answerSession(peer, found ? ours.session : null), Status.ok);
      const [{ resumed }] = await within(5_000, 'the rest of the handshake', connected);
      t.is(resumed, found);
      t.not(server.answerSession(peer, null), Status.ok, 'nobody asks any more');
    });
  }
}

/** One handshake, and the session of it that each side has. */
async function makeSession(t: ExecutionContext, backend: (typeof udpBackends)[number]) {
  const context = serverContext({ ...settings, externalSessions: true, sessionTimeout: 300 });
  const server = openTestEndpoint(t, { backend, serverContext: context });
  const client = openTestEndpoint(t, { backend });
  const sessions = Promise.all([once(client, 'session'), once(server, 'session')]);
  client.dial(server.address.port, clientContext(settings));
  const [[{ session }], [ours]] = (await sessions) as [[SessionRecord], [SessionRecord]];
  return { server, theirs: session, ours };
}

/** Begins another handshake, up to the server's question. */
async function resume(
  t: ExecutionContext,
  server: TestEndpoint,
  backend: (typeof udpBackends)[number],
  session: Buffer,
) {
  const client = openTestEndpoint(t, { backend });
  const wanted = once(server, 'sessionWanted') as Promise<[SessionWantedRecord]>;
  const connected = once(client, 'connected') as Promise<[ConnectedRecord]>;
  client.dial(server.address.port, clientContext(settings), '127.0.0.1', session);
  const [{ peer, id }] = await wanted;
  return { peer, id, connected };
}
