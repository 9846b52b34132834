// Echo servers in worker threads that share one port: the kernel gives each peer to one of them.
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

import { serveHere } from './serve.mjs';

async function startWorker(values, port) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { values, port } });
  const [chosen] = await once(worker, 'message');
  return { worker, port: chosen };
}

async function ask(worker, question) {
  worker.postMessage(question);
  const [answer] = await once(worker, 'message');
  return answer;
}

/** As serveHere(), from `count` threads. The status has one entry per thread. */
export async function serveInWorkers(count, values) {
  const first = await startWorker(values, 0);
  const rest = Array.from({ length: count - 1 }, () => startWorker(values, first.port));
  const workers = [first, ...(await Promise.all(rest))].map(({ worker }) => worker);
  return {
    port: first.port,
    status: async () => (await Promise.all(workers.map((worker) => ask(worker, 'status')))).flat(),
    close: () => Promise.all(workers.map((worker) => ask(worker, 'close'))),
  };
}

async function serveAsWorker({ values, port }) {
  const service = await serveHere(values, port, { reusePort: true });
  parentPort.on('message', async (question) => parentPort.postMessage(await service[question]()));
  parentPort.postMessage(service.port);
}

if (!isMainThread) await serveAsWorker(workerData);
