/** What an LwM2M server has seen and done since it was made. Counts only grow. */
export interface Lwm2mCounters {
  /** CoAP messages, malformed ones included. */
  messagesReceived: number;
  /** CoAP messages given to the transport; those in `unsent` are among them. */
  messagesSent: number;
  /** Requests carried out or refused; duplicates do not count again. */
  requests: number;
  /** Requests received again and answered from memory. */
  duplicates: number;
  /** Datagrams that are not CoAP. */
  malformed: number;
  /** Reset messages sent, answers to pings included. */
  resets: number;
  /** Empty confirmable messages (RFC 7252, 4.3). */
  pings: number;
  /** Replies that could not be sent because the peer was gone. */
  unsent: number;
  /** Register requests that were accepted, those that replace a registration included. */
  registrations: number;
  /** Update requests that were accepted. */
  updates: number;
  /** De-register requests that were accepted. */
  deregistrations: number;
  /** Notifications of what the server observes. */
  notifications: number;
  /** Registrations whose lifetime passed. */
  expirations: number;
}

export function newCounters(): Lwm2mCounters {
  return {
    messagesReceived: 0,
    messagesSent: 0,
    requests: 0,
    duplicates: 0,
    malformed: 0,
    resets: 0,
    pings: 0,
    unsent: 0,
    registrations: 0,
    updates: 0,
    deregistrations: 0,
    notifications: 0,
    expirations: 0,
  };
}
