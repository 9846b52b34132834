import { availableParallelism, cpus } from 'node:os';
import { opensslVersion } from '../index.js';
import { packageVersion } from '../package-version.js';
import type { BenchVersions } from './bench-result.js';

/** What a run was made with. */
export function benchVersions(): BenchVersions {
  return {
    package: packageVersion(),
    node: process.version,
    openssl: opensslVersion,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
  };
}
