import { freePort } from '../free-port.js';
import type { Program } from '../program.js';

export interface ForeignServer {
  process: Program;
  port: number;
}

const attempts = 5;

/** Starts a server that must be told its port, on another one when somebody else was faster. */
export async function startOnFreePort(
  start: (port: number) => Program,
  ready: RegExp,
  portTaken: RegExp,
  transport: 'datagram' | 'stream' = 'datagram',
): Promise<ForeignServer> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(transport);
    const process = start(port);
    await process.waitFor(new RegExp(`${ready.source}|${portTaken.source}`));
    if (!portTaken.test(process.output)) return { process, port };
    await process.stop();
    if (attempt === attempts) throw new Error(`no free port in ${attempts} attempts\n${process.output}`);
  }
}
