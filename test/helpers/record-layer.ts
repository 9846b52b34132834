/** Who protects the records of our own ends in this run of the tests, where a test does not say. */
import process from 'node:process';
import type { RecordLayer } from 'lwm2m-tls';

/** The environment variable that says it; without it, what the package does by default. */
const variable = 'LWM2M_TLS_TEST_RECORD_LAYER';

export function recordLayerOf(environment: NodeJS.ProcessEnv): RecordLayer {
  const value = environment[variable] || 'own';
  if (value === 'own' || value === 'openssl') return value;
  throw new Error(`${variable}: got '${value}', expected 'own' or 'openssl'`);
}

export const recordLayer = recordLayerOf(process.env);
