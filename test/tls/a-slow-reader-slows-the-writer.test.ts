import type { Duplex } from 'node:stream';
import test, { type ExecutionContext } from 'ava';
import { within } from '../helpers/within.js';
import { dialNode, dialTls, nextConnection, only, startTlsServer, versions } from './ends.js';

const chunk = Buffer.alloc(64 * 1024, 0x61);
const total = 64 << 20;

/** Writes until the stream does not take more for a while, or all has gone. Returns how much was taken. */
async function writeUntilStuck(stream: Duplex): Promise<number> {
  let written = 0;
  while (written < total) {
    written += chunk.length;
    if (stream.write(chunk)) continue;
    const drained = new Promise<true>((resolve) => stream.once('drain', () => resolve(true)));
    const stuck = new Promise<false>((resolve) => setTimeout(() => resolve(false), 500));
    if (!(await Promise.race([drained, stuck]))) break;
  }
  return written;
}

/** What the reader and the kernels between may hold; loopback buffers grow to some megabytes. */
const mostInBetween = 32 << 20;

async function check(t: ExecutionContext, writer: Duplex, reader: Duplex): Promise<void> {
  const written = await writeUntilStuck(writer);
  t.true(written < mostInBetween, `${written} bytes were taken though nobody read`);
  t.true(reader.readableLength <= 2 * chunk.length, `${reader.readableLength} bytes wait in the reader`);
  let received = 0;
  const all = new Promise<void>((resolve) => {
    reader.on('data', (data: Buffer) => {
      received += data.length;
      if (received === written) resolve();
    });
  });
  await within(20_000, 'all that was written', all);
  t.is(received, written);
}

for (const version of versions) {
  test(`${version}: our client stops writing while our server does not read`, async (t) => {
    const { server, port } = await startTlsServer(t);
    const accepted = nextConnection(server);
    const client = await dialTls(t, port, only(version));
    await check(t, client, await accepted);
  });

  test(`${version}: Node's client stops writing while our server does not read`, async (t) => {
    const { server, port } = await startTlsServer(t);
    const accepted = nextConnection(server);
    const client = await dialNode(t, port, only(version));
    await check(t, client, await accepted);
  });
}
