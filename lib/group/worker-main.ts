/** What each thread of a group runs. What it throws, or the user's module does, ends the thread and reaches the group. */
import { workerData } from 'node:worker_threads';
import { native } from '../binding.js';
import { invalidOption } from '../options/check.js';
import { DtlsServer } from '../server/dtls-server.js';
import { joinGroup } from '../server/join-group.js';
import type { CreateGroupServer, GroupWorkerContext } from './worker-context.js';
import type { ControlMessage, WorkerReport, WorkerSeat } from './worker-seat.js';

const { script, index, workers, workerData: userData, place, ticketKeys, control } = workerData as WorkerSeat;
const report = (what: WorkerReport) => control.postMessage(what);

let sharesTicketKeys = false;
let closing = false;

const server = await makeServer();
server.once('close', () => {
  if (!closing) report('serverClosed');
});
await joinGroup(server, place);
native.cleanse(ticketKeys);
control.on('message', (message: ControlMessage) => {
  if ('close' in message) void close();
  else changeTicketKeys(message.ticketKeys);
});
report('listening');

async function makeServer(): Promise<DtlsServer> {
  const { createServer } = (await import(script)) as { createServer?: unknown };
  if (typeof createServer !== 'function') {
    throw invalidOption('script', script, 'a module that exports a function createServer');
  }
  const made: unknown = await (createServer as CreateGroupServer)(context());
  if (made instanceof DtlsServer) return made;
  throw invalidOption('createServer', made, `a DtlsServer as what it returns, in ${script}`);
}

function context(): GroupWorkerContext {
  return Object.freeze({
    index,
    workers,
    workerData: userData,
    get sessions() {
      sharesTicketKeys = true;
      return { ticketKeys };
    },
  });
}

function changeTicketKeys(keys: Uint8Array): void {
  if (sharesTicketKeys && !closing) server.setTicketKeys(keys);
  native.cleanse(keys);
}

/** With the channel the last thing goes that we keep this thread for. */
async function close(): Promise<void> {
  closing = true;
  await server.close();
  control.close();
}
