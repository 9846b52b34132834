import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { freePort } from '../helpers/free-port.js';
import { projectFolder } from '../helpers/project-folder.js';
import { CommandProcess } from './command-process.js';

const readme = await readFile(path.join(projectFolder, 'README.md'), 'utf8');
const codeBlocks = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, code]) => ({ language, code }));

test('the code of the README is that of the examples', async (t) => {
  const scripts = codeBlocks.filter(({ language }) => language === 'js').map(({ code }) => code);
  t.deepEqual(scripts, [await example('server.mjs'), await example('client.mjs')]);
});

test('the README names the two commands', (t) => {
  t.true(readme.includes('npm install && npm start'));
  t.true(readme.includes('npm install && npm test'));
});

test('every command of the README is one', async (t) => {
  const commands = codeBlocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ code = '' }) => [...code.matchAll(/npx lwm2m-tls (\w+)/g)])
    .map(([, name = '']) => name);
  t.true(commands.length >= 3);
  for (const name of new Set(commands)) t.is(await CommandProcess.start(t, name, '--help').exited, 0, name);
});

test('the two examples talk to each other', async (t) => {
  const env = { PORT: String(await freePort()) };
  const server = CommandProcess.startScript(t, path.join(projectFolder, 'examples/server.mjs'), [], env);
  await server.waitFor(/listening on 127\.0\.0\.1:\d+/);
  const client = CommandProcess.startScript(t, path.join(projectFolder, 'examples/client.mjs'), [], env);
  t.is(await client.exited, 0, client.stderr);
  t.is(client.stdout, 'the server says hello\n');
  await server.waitFor(/device-1 connected with TLS_PSK_WITH_AES_128_CCM_8\ndevice-1 left/);
});

async function example(name: string): Promise<string> {
  return readFile(path.join(projectFolder, 'examples', name), 'utf8');
}
