/** The `openssl` program of the library that the addon is built from. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { projectFolder } from '../project-folder.js';
import type { MaybeTool } from './tools.js';

const name = 'OpenSSL 1.1.1';

interface Installation {
  bundled: boolean;
  tool: { command: string; libraryPath: string } | null;
}

export function findOpenssl111(): MaybeTool {
  try {
    const locate = path.join(projectFolder, 'scripts', 'openssl', 'locate.mjs');
    const answer = execFileSync(process.execPath, [locate, '--json'], { encoding: 'utf8', stdio: 'pipe' });
    const { bundled, tool } = JSON.parse(answer) as Installation;
    if (!bundled) return { name, missing: 'the addon is built on another OpenSSL' };
    if (!tool) return { name, missing: 'the OpenSSL of the build comes without its program' };
    const env: Record<string, string> = tool.libraryPath ? { LD_LIBRARY_PATH: tool.libraryPath } : {};
    return { name, command: tool.command, env };
  } catch (error) {
    return { name, missing: `scripts/openssl/locate.mjs failed: ${(error as Error).message.split('\n').at(0)}` };
  }
}
