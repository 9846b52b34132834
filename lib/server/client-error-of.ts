import { ClientError } from '../errors/client-error.js';
import { describeFailure } from '../errors/failure.js';
import type { TlsError } from '../errors/tls-error.js';
import type { ClientErrorRecord } from '../events/records.js';

/** The error of a handshake that has failed. `refusal`: why a question to the application has ended it, if it has. */
export function clientErrorOf(record: ClientErrorRecord, refusal: TlsError | undefined): ClientError {
  const { failure, remoteAddress, remotePort, pskIdentity } = record;
  const described = describeFailure(failure, refusal) ?? {
    code: 'ERR_CLOSED',
    message: 'the client ended the handshake',
    details: {},
  };
  const identity = pskIdentity || undefined;
  const who = `${remoteAddress} port ${remotePort}${identity === undefined ? '' : ` ('${identity}')`}`;
  return new ClientError(
    described.code,
    `handshake with ${who}: ${described.message}`,
    { remoteAddress, remotePort, pskIdentity: identity },
    described.details,
  );
}
