/** Enters the state that it is told and ends: as a process by exiting, as a worker by exiting or by being terminated. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { lifecycleStates } from './lifecycle-states.js';

const [state, ending] = isMainThread ? process.argv.slice(2) : (workerData as [string, string]);
const enter = lifecycleStates[state as string];
if (enter === undefined) throw new Error(`no state is called '${state}'`);
await enter();
if (ending === 'exit') process.exit(0);
// A worker that is to be terminated waits for that, also where nothing else keeps it.
parentPort?.on('message', () => {});
parentPort?.postMessage('entered');
