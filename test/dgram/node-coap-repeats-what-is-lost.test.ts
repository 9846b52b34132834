import test, { type ExecutionContext } from 'ava';
import coap from 'coap';
import { ContentType } from '../helpers/dtls-records.js';
import { FaultProxy } from '../helpers/fault-proxy.js';
import { type Direction, nthOf, type Passage } from '../helpers/fault-rules.js';
import { ask, coapAgent, serveCoap } from '../helpers/node-coap.js';

const isData = ({ records }: Passage): boolean => records.some(({ type }) => type === ContentType.applicationData);

test.before(() => coap.updateTiming({ ackTimeout: 0.1 }));
test.after(() => coap.defaultTiming());

for (const direction of ['toServer', 'toClient'] as const) {
  test(`a message that is lost ${direction} is sent again, and handled once`, async (t) => {
    const { requests, proxy, port } = await lossyServer(t, direction);
    const { agent } = coapAgent(t);
    const response = await ask(agent, port, { method: 'POST' }, 'once');
    t.is(response.payload.toString(), 'done');
    t.is(requests(), 1);
    t.is(proxy.entries('toServer').filter(isData).length, 2);
  });
}

/** Behind a proxy that loses the first message of one direction. */
async function lossyServer(
  t: ExecutionContext,
  direction: Direction,
): Promise<{ requests: () => number; proxy: FaultProxy; port: number }> {
  let requests = 0;
  const { port } = await serveCoap(t, (_request, response) => {
    requests += 1;
    response.end('done');
  });
  const proxy = await FaultProxy.start({
    server: { port },
    [direction]: { rules: [nthOf(isData, [1], { fate: 'lose' })] },
  });
  t.teardown(() => proxy.close());
  return { requests: () => requests, proxy, port: proxy.port };
}
