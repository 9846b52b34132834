import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import type { Cluster } from 'ioredis';
import { type RedisClient, RedisSessionStore, RedisTicketKeyStore } from 'lwm2m-tls/redis';
import { redisServer, testWith } from '../helpers/foreign/tools.js';
import { projectFolder } from '../helpers/project-folder.js';
import { RedisServer } from '../helpers/redis-server.js';

const id = '0123456789abcdef';
const session = () => Buffer.from('a session, with the keys of its connections');

testWith(redisServer, 'a session is kept for its time, and can be deleted', async (t, tool) => {
  const client = await (await RedisServer.start(t, tool)).client(t);
  for (const secret of [randomBytes(32), undefined]) {
    const store = new RedisSessionStore(client, { secret });
    t.is(await store.get(id), null);
    await store.set(id, session(), 77);
    t.deepEqual(await client.keys('*'), [`lwm2m-tls:session:${id}`]);
    const left = await client.ttl(`lwm2m-tls:session:${id}`);
    t.true(left > 70 && left <= 77);
    t.deepEqual(await store.get(id), session());
    await store.delete(id);
    t.is(await store.get(id), null);
  }
});

testWith(redisServer, 'with a secret nothing of a session can be seen, and none is like another', async (t, tool) => {
  const client = await (await RedisServer.start(t, tool)).client(t);
  const store = new RedisSessionStore(client, { secret: randomBytes(32) });
  const values: Buffer[] = [];
  for (let time = 0; time < 2; time++) {
    const given = session();
    await store.set(id, given, 60);
    t.deepEqual(given, Buffer.alloc(given.length), 'what was given is wiped');
    values.push((await client.getBuffer(`lwm2m-tls:session:${id}`)) as Buffer);
  }
  const [first, second] = values as [Buffer, Buffer];
  t.notDeepEqual(first.subarray(1, 13), second.subarray(1, 13), 'nonces differ');
  for (let at = 0; at + 8 <= session().length; at++) t.false(first.includes(session().subarray(at, at + 8)));
});

testWith(redisServer, 'what does not open counts as no session', async (t, tool) => {
  const client = await (await RedisServer.start(t, tool)).client(t);
  const secret = randomBytes(32);
  const store = new RedisSessionStore(client, { secret });
  await store.set(id, session(), 60);
  const name = `lwm2m-tls:session:${id}`;
  const kept = (await client.getBuffer(name)) as Buffer;

  t.is(await new RedisSessionStore(client, { secret: randomBytes(32) }).get(id), null, 'another secret');
  await client.set('lwm2m-tls:session:another', kept);
  t.is(await store.get('another'), null, 'the session of another id');
  await client.set(`other:${id}`, kept);
  t.is(await new RedisSessionStore(client, { secret, prefix: 'other:' }).get(id), null, 'another prefix');
  for (let at = 0; at < kept.length; at++) {
    const changed = Buffer.from(kept);
    changed[at]! ^= 1;
    await client.set(name, changed);
    t.is(await store.get(id), null, `byte ${at} changed`);
    await client.set(name, kept.subarray(0, at));
    t.is(await store.get(id), null, `${at} bytes`);
  }
  await client.set(name, session());
  t.is(await store.get(id), null, 'never sealed');
});

testWith(redisServer, 'of those who ask for a ticket key at the same time one wins', async (t, tool) => {
  const redis = await RedisServer.start(t, tool);
  const [client, secret] = [await redis.client(t), randomBytes(32)];
  const quick = new RedisTicketKeyStore(client, { secret });
  let answer: Uint8Array | undefined;
  // It has seen that there is none; before it sets one, another has done so.
  const slow = new RedisTicketKeyStore(
    {
      getBuffer: (key) => client.getBuffer(key),
      del: (key) => client.del(key),
      set: async (...given: [string, Buffer, 'EX', number, 'NX'?]) => {
        answer = await quick.agree(7, randomBytes(80), 60);
        return client.set(...(given as [string, Buffer, 'EX', number, 'NX']));
      },
    },
    { secret },
  );
  const candidate = randomBytes(80);
  t.deepEqual(await slow.agree(7, candidate, 60), answer);
  t.deepEqual(candidate, Buffer.alloc(80), 'what was offered is wiped');
});

testWith(redisServer, 'a ticket key is forgotten in time, and not readable without the secret', async (t, tool) => {
  const client = await (await RedisServer.start(t, tool)).client(t);
  const store = new RedisTicketKeyStore(client, { secret: randomBytes(32), prefix: 'key:' });
  const key = Buffer.from(await store.agree(7, randomBytes(80), 77));
  const left = await client.ttl('key:7');
  t.true(left > 70 && left <= 77);
  t.false(((await client.getBuffer('key:7')) as Buffer).includes(key.subarray(0, 8)));
  const other = new RedisTicketKeyStore(client, { secret: randomBytes(32), prefix: 'key:' });
  await t.throwsAsync(async () => other.agree(7, randomBytes(80), 77), { message: /'key:7' is not of this secret/ });
  await client.set('key:8', (await client.getBuffer('key:7')) as Buffer);
  await t.throwsAsync(async () => store.agree(8, randomBytes(80), 77), { message: /'key:8' is not of this secret/ });
});

test('bad options are refused, and never shown', (t) => {
  const client: RedisClient = { set: async () => {}, getBuffer: async () => null, del: async () => {} };
  for (const Store of [RedisSessionStore, RedisTicketKeyStore]) {
    t.notThrows(() => new Store(client));
    for (const secret of ['a password of more than thirty-two characters', new Uint8Array(31), null] as never[]) {
      const { message } = t.throws(() => new Store(client, { secret }), { code: 'ERR_INVALID_OPTION' });
      t.notRegex(message, /password/);
    }
    t.throws(() => new Store(client, { prefix: 1 as never }), { code: 'ERR_INVALID_OPTION' });
    t.throws(() => new Store(client, { secrets: 1 } as never), { code: 'ERR_UNKNOWN_OPTION', message: /'secret'/ });
    for (const bad of [undefined, null, {}, new Map()] as never[]) {
      t.throws(() => new Store(bad), { code: 'ERR_INVALID_OPTION', message: /^client: .*set, getBuffer and del/ });
    }
  }
});

test('the package needs no client to be installed', async (t) => {
  const clusters = (cluster: Cluster): RedisClient => cluster; // one may be given, all the same
  t.is(typeof clusters, 'function');
  const folder = path.join(projectFolder, 'dist', 'redis');
  const files = (await readdir(folder)).filter((file) => /\.(js|d\.ts)$/.test(file));
  t.true(files.length > 4);
  for (const file of files) t.notRegex(await readFile(path.join(folder, file), 'utf8'), /from 'ioredis'|import\(/);
});
