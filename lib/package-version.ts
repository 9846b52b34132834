import { readFileSync } from 'node:fs';

/** From the package.json above this file, wherever the build put it. */
export function packageVersion(): string {
  for (const up of ['../', '../../']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(`${up}package.json`, import.meta.url), 'utf8'));
      if (name === 'lwm2m-tls') return version;
    } catch {
      // not at this level
    }
  }
  return 'unknown';
}
