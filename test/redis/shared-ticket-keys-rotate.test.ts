import { randomBytes } from 'node:crypto';
import { redisServer, testWith } from '../helpers/foreign/tools.js';
import { dial } from '../helpers/ours.js';
import { RedisServer } from '../helpers/redis-server.js';
import { startSharingServer } from '../helpers/sharing-server.js';

const secret = randomBytes(32).toString('hex');

/** Seconds. A key is in Redis for eight: the period before its own, its own, and four for its tickets. */
const [rotation, timeout] = [2, 4];

testWith(redisServer, 'while two processes use them, and old ones vanish', async (t, tool) => {
  const redis = await RedisServer.start(t, tool);
  const sharing = { redisPort: redis.port, way: 'tickets', secret, rotation, timeout } as const;
  const [one, other] = [await startSharingServer(t, sharing), await startSharingServer(t, sharing)];
  const client = await redis.client(t);
  const periods = async () => (await client.keys('lwm2m-tls:ticket-key:*')).map((key) => Number(key.split(':')[2]));

  const before = await periods();
  const seen = new Set(before);
  let resumed = 0;
  while ((await periods()).some((period) => before.includes(period))) {
    const { session } = await dial(t, one.port);
    if ((await dial(t, other.port, { session })).resumed) resumed += 1;
    else t.fail('a ticket was not good at the other');
    for (const period of await periods()) seen.add(period);
  }
  t.true(resumed > 10);
  t.true(seen.size >= before.length + 2, 'there were new ones');
  t.true((await periods()).length <= 5);
  t.notRegex(one.program.output + other.program.output, /store error/);
});

testWith(redisServer, 'a ticket of an earlier period is still good at both', async (t, tool) => {
  const redis = await RedisServer.start(t, tool);
  const sharing = { redisPort: redis.port, way: 'tickets', secret, rotation, timeout: 40 } as const;
  const [one, other] = [await startSharingServer(t, sharing), await startSharingServer(t, sharing)];
  const client = await redis.client(t);
  const { session } = await dial(t, one.port);
  const sealedIn = Math.floor(Date.now() / 1_000 / rotation);
  while ((await client.exists(`lwm2m-tls:ticket-key:${sealedIn + 2}`)) === 0) await dial(t, one.port);
  for (const { port } of [one, other]) {
    const socket = await dial(t, port, { session });
    t.true(socket.resumed);
    t.notDeepEqual(socket.session, session, 'it is renewed');
  }
});
