import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type Duplex, Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import test, { type ExecutionContext } from 'ava';
import { within } from '../helpers/within.js';
import {
  dialNode,
  dialTls,
  nextConnection,
  only,
  startNodeServer,
  startTlsServer,
  type Version,
  versions,
} from './ends.js';

const block = randomBytes(1 << 20);
const blocks = 16;

/** As many blocks in pieces of odd sizes. */
function* pieces(): Generator<Buffer> {
  for (let index = 0; index < blocks; index += 1) {
    const cut = (index * 37_123) % block.length;
    yield block.subarray(0, cut);
    yield block.subarray(cut);
  }
}

function expectedDigest(): string {
  const hash = createHash('sha256');
  for (const piece of pieces()) hash.update(piece);
  return hash.digest('hex');
}

async function digestOf(stream: Readable): Promise<string> {
  const hash = createHash('sha256');
  stream.on('data', (chunk: Buffer) => hash.update(chunk));
  await once(stream, 'end');
  return hash.digest('hex');
}

async function send(stream: Writable): Promise<void> {
  await pipeline(Readable.from(pieces()), stream);
}

/** From one end to the other and, over the same connection, at the same time, back. */
async function exchange(t: ExecutionContext, first: Duplex, second: Duplex): Promise<void> {
  const digests = Promise.all([digestOf(first), digestOf(second)]);
  await within(60_000, 'sending both ways', Promise.all([send(first), send(second)]));
  const expected = expectedDigest();
  t.deepEqual(await within(60_000, 'receiving both ways', digests), [expected, expected]);
}

/** Only in one direction: `node:tls` does not go on receiving when it has ended. */
async function transfer(t: ExecutionContext, writer: Duplex, reader: Duplex): Promise<void> {
  const digest = digestOf(reader);
  for (const piece of pieces()) {
    if (!writer.write(piece)) await within(20_000, "'drain'", once(writer, 'drain'));
  }
  writer.end();
  t.is(await within(60_000, 'receiving', digest), expectedDigest());
}

for (const version of versions) {
  test(`${version}, between our own ends, both ways at a time`, async (t) => {
    const { server, port } = await startTlsServer(t, { allowHalfOpen: true });
    const accepted = nextConnection(server);
    const client = await dialTls(t, port, { ...only(version), allowHalfOpen: true });
    await exchange(t, client, await accepted);
  });

  test(`${version}, from our client to Node's server`, async (t) => {
    const { client, peer } = await meetNodeServer(t, version);
    await transfer(t, client, peer);
  });

  test(`${version}, from Node's server to our client`, async (t) => {
    const { client, peer } = await meetNodeServer(t, version);
    await transfer(t, peer, client);
  });

  test(`${version}, from Node's client to our server`, async (t) => {
    const { server, port } = await startTlsServer(t);
    const accepted = nextConnection(server);
    const client = await dialNode(t, port, only(version));
    await transfer(t, client, await accepted);
  });

  test(`${version}, from our server to Node's client`, async (t) => {
    const { server, port } = await startTlsServer(t);
    const accepted = nextConnection(server);
    const client = await dialNode(t, port, only(version));
    await transfer(t, await accepted, client);
  });
}

async function meetNodeServer(t: ExecutionContext, version: Version): Promise<{ client: Duplex; peer: Duplex }> {
  let accept!: (socket: Duplex) => void;
  const accepted = new Promise<Duplex>((resolve) => {
    accept = resolve;
  });
  const { port } = await startNodeServer(t, only(version), accept);
  return { client: await dialTls(t, port), peer: await accepted };
}
