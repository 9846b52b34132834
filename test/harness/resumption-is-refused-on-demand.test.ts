import test from 'ava';
import type { SessionOptions } from 'lwm2m-tls';
import { dialTestServer, startTestServer } from '../helpers/harness.js';

const ways: [string, SessionOptions][] = [
  ['tickets', {}],
  ['session ids', { tickets: false }],
  ['session ids in a store', { tickets: false, store: new Map() }],
];

for (const [way, sessions] of ways) {
  test(way, async (t) => {
    const { server, port } = await startTestServer(t, { sessions });
    const resumes = async (session: Buffer | undefined) => {
      const client = await dialTestServer(t, port, { session });
      const connection = await server.accept();
      t.is(connection.resumed, client.resumed);
      const next = client.session;
      await client.close();
      await connection.ended();
      return { resumed: client.resumed, session: next };
    };
    const first = await resumes(undefined);
    t.true((await resumes(first.session)).resumed);
    const refusal = server.refuseResumption();
    const second = await resumes(first.session);
    t.false(second.resumed);
    refusal.undo();
    t.true((await resumes(second.session)).resumed, 'the session of the full handshake counts');
  });
}

test('a server that is closed has nothing to refuse', async (t) => {
  const { server } = await startTestServer(t);
  const refusal = server.refuseResumption();
  await server.close();
  refusal.undo();
  t.throws(() => server.refuseResumption(), { code: 'ERR_CLOSED' });
});
