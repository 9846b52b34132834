import { randomBytes } from 'node:crypto';
import { redisServer, testWith } from '../helpers/foreign/tools.js';
import { dial, echo } from '../helpers/ours.js';
import { RedisServer } from '../helpers/redis-server.js';
import { startSharingServer } from '../helpers/sharing-server.js';

const secret = randomBytes(32).toString('hex');

testWith(redisServer, 'by ids: full handshakes go on, and sessions are kept again when it is back', async (t, tool) => {
  const redis = await RedisServer.start(t, tool);
  const sharing = { redisPort: redis.port, way: 'ids', secret } as const;
  const [one, other] = [await startSharingServer(t, sharing), await startSharingServer(t, sharing)];
  const { session } = await dial(t, one.port);
  t.true((await dial(t, other.port, { session })).resumed);

  await redis.crash();
  const meanwhile = await dial(t, other.port, { session });
  t.false(meanwhile.resumed);
  t.is(await echo(meanwhile, 'hello'), 'hello');
  await other.program.waitFor(/store error ERR_SESSION_STORE: sessions\.store\.get: /);
  await other.program.waitFor(/store error ERR_SESSION_STORE: sessions\.store\.set: /);

  await redis.restart();
  let resumed = false;
  while (!resumed) {
    const fresh = await dial(t, one.port);
    ({ resumed } = await dial(t, other.port, { session: fresh.session }));
  }
  t.pass();
});

testWith(
  redisServer,
  'by tickets: they are good all the time, and at a server that starts afterwards',
  async (t, tool) => {
    const redis = await RedisServer.start(t, tool);
    const sharing = { redisPort: redis.port, way: 'tickets', secret, timeout: 24, rotation: 1 } as const;
    const [one, other] = [await startSharingServer(t, sharing), await startSharingServer(t, sharing)];
    const { session } = await dial(t, one.port);

    await redis.crash();
    for (const { program } of [one, other]) {
      await program.waitFor(/store error ERR_SESSION_STORE: sessions\.ticketKeyStore\.agree: /);
    }
    const meanwhile = await dial(t, one.port);
    for (const each of [session, meanwhile.session]) t.true((await dial(t, other.port, { session: each })).resumed);

    await redis.restart();
    const client = await redis.client(t);
    const period = Math.floor(Date.now() / 1_000);
    while ((await client.exists(`lwm2m-tls:ticket-key:${period + 1}`)) === 0) await dial(t, one.port);
    const late = await startSharingServer(t, sharing);
    const [{ session: ofFirst }, { session: ofLate }] = [await dial(t, one.port), await dial(t, late.port)];
    t.true((await dial(t, late.port, { session: ofFirst })).resumed);
    t.true((await dial(t, other.port, { session: ofLate })).resumed);
  },
);
