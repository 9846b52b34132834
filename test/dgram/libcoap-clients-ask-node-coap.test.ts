import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { textKeyed } from '../helpers/credentials.js';
import { startCoapClient } from '../helpers/foreign/libcoap.js';
import { coapClientGnutls, coapClientOpenssl, testWith } from '../helpers/foreign/tools.js';
import { numbered, type Response, remoteOf, serveCoap } from '../helpers/node-coap.js';
import { watch } from '../helpers/watch.js';
import { deferred } from '../helpers/within.js';

for (const tool of [coapClientOpenssl, coapClientGnutls]) {
  testWith(tool, `${tool.name} gets an answer, and is known by its identity`, async (t, found) => {
    const { port } = await serveCoap(t, (request, response) => response.end(`hello ${remoteOf(request).pskIdentity}`));
    const client = watch(t, startCoapClient(found, { port, target: 'x' }));
    t.is(await client.exited, 0);
    t.true(client.output.includes(`hello ${textKeyed.identity}`));
  });

  testWith(tool, `${tool.name} gets a large body in blocks`, async (t, found) => {
    const body = numbered(3_000);
    const { port } = await serveCoap(t, (_request, response) => response.end(body));
    const file = path.join(await folder(t), 'body');
    const client = watch(t, startCoapClient(found, { port, target: 'x', more: ['-o', file] }));
    t.is(await client.exited, 0);
    t.deepEqual(await readFile(file), body);
  });

  // One block: libcoap gives each a token of its own, and node-coap, over UDP as well, looks for the others by the token.
  testWith(tool, `${tool.name} puts a body as long as a block`, async (t, found) => {
    const body = numbered(1_024);
    const file = path.join(await folder(t), 'body');
    await writeFile(file, body);
    const { port } = await serveCoap(t, (request, response) => {
      t.deepEqual(request.payload, body);
      response.code = '2.04';
      response.end('thanks');
    });
    const client = watch(t, startCoapClient(found, { port, target: 'x', method: 'put', more: ['-f', file] }));
    t.is(await client.exited, 0);
    t.true(client.output.includes('thanks'));
  });

  testWith(tool, `${tool.name} observes`, async (t, found) => {
    const observed = deferred<Response>();
    const { port } = await serveCoap(t, (request, response) => {
      if (request.headers['Observe'] !== 0) return void response.end('bye');
      response.write('first');
      observed.resolve(response);
    });
    const client = watch(t, startCoapClient(found, { port, target: 'x', more: ['-s', '2'] }));
    const response = await observed.promise;
    await client.waitFor(/first/);
    response.write('second');
    await client.waitFor(/second/);
    t.is(await client.exited, 0);
  });
}

async function folder(t: ExecutionContext): Promise<string> {
  const made = await mkdtemp(path.join(os.tmpdir(), 'node-coap-'));
  t.teardown(() => rm(made, { recursive: true }));
  return made;
}
