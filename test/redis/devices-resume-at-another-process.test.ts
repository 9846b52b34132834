import { randomBytes } from 'node:crypto';
import { redisServer, testWith } from '../helpers/foreign/tools.js';
import { dial, echo } from '../helpers/ours.js';
import { RedisServer } from '../helpers/redis-server.js';
import { startSharingServer } from '../helpers/sharing-server.js';

const secret = randomBytes(32).toString('hex');

for (const way of ['ids', 'tickets'] as const) {
  testWith(redisServer, `by ${way}`, async (t, tool) => {
    const { port: redisPort } = await RedisServer.start(t, tool);
    const [one, other] = await Promise.all([1, 2].map(() => startSharingServer(t, { redisPort, way, secret })));
    const first = await dial(t, one!.port);
    t.false(first.resumed);
    const second = await dial(t, other!.port, { session: first.session });
    t.true(second.resumed);
    t.is(await echo(second, 'hello'), 'hello');
    await other!.program.waitFor(/connection resumed=true/);
  });

  testWith(redisServer, `by ${way}, at one that was started later, when the first is gone`, async (t, tool) => {
    const { port: redisPort } = await RedisServer.start(t, tool);
    const one = await startSharingServer(t, { redisPort, way, secret });
    const { session } = await dial(t, one.port);
    await one.program.stop();
    const other = await startSharingServer(t, { redisPort, way, secret });
    t.true((await dial(t, other.port, { session })).resumed);
  });

  testWith(redisServer, `by ${way}, but not at one with another secret`, async (t, tool) => {
    const { port: redisPort } = await RedisServer.start(t, tool);
    const one = await startSharingServer(t, { redisPort, way, secret });
    const other = await startSharingServer(t, { redisPort, way, secret: randomBytes(32).toString('hex') });
    const { session } = await dial(t, one.port);
    const socket = await dial(t, other.port, { session });
    t.false(socket.resumed);
    t.is(await echo(socket, 'hello'), 'hello');
    if (way === 'tickets') await other.program.waitFor(/store error ERR_SESSION_STORE: .* not of this secret/);
  });
}
