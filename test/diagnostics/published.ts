import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ExecutionContext } from 'ava';

/**
 * What is published on a channel from now on, until the test ends. All tests of a file hear the same channels: `wanted` says
 * which messages are the test's own.
 */
export function published<Message>(
  t: ExecutionContext,
  channel: string,
  wanted: (message: Message) => boolean,
  act: (message: Message) => void = () => {},
): Message[] {
  const messages: Message[] = [];
  const onMessage = (message: unknown) => {
    if (!wanted(message as Message)) return;
    messages.push(message as Message);
    act(message as Message);
  };
  subscribe(channel, onMessage);
  t.teardown(() => void unsubscribe(channel, onMessage));
  return messages;
}
