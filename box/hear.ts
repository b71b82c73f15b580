import type { Box } from './box.ts';
import type { Answer } from './client.ts';

/**
 * Takes note of how the server answered, whatever was asked: whether there is a line, and whether the box is let in.
 * A person hears of each change once.
 */
export function hear<T>({ state, log, clock, config }: Box, answer: Answer<T>): Answer<T> {
  if (answer.kind === 'away') {
    if (state.online)
      log.write('warn', `No line to ${config.server}: ${answer.reason}. Everything is kept here`);
    state.online = false;
    return answer;
  }
  if (!state.online) log.write('info', `The server ${config.server} answers`);
  state.online = true;
  state.lastHeardMs = clock.monotonicMs();
  if (answer.kind === 'refused' && answer.status === 401) {
    if (state.turnedAway === null)
      log.write(
        'error',
        `The server does not accept this box's token (${answer.error}). Everything is kept; enrol the box again`,
      );
    state.turnedAway = answer.error;
  } else if (answer.kind === 'ok' && state.turnedAway !== null) {
    state.turnedAway = null;
    log.write('info', 'The server accepts this box again');
  }
  return answer;
}

/**
 * Whether a no is about the transaction, and so the last word on it. A no to the token, to the box as such, or to the address is
 * something that people mend; until then everything is kept.
 */
export const isLastWord = (answer: Answer<unknown>): boolean =>
  answer.kind === 'refused' && [403, 404, 409].includes(answer.status) && !/^(box_|route_)/.test(answer.code);

/** The server does not know the box: it registers again. */
export function mindRegistration({ state, bells }: Box, answer: Answer<unknown>): void {
  if (answer.kind !== 'refused' || answer.code !== 'box_unknown') return;
  state.registered = false;
  bells.presence.ring();
}
