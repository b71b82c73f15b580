import { backOffMs } from './bell.ts';
import type { Box } from './box.ts';
import { pause } from './clock.ts';
import { settleByTexts } from './evidence.ts';
import { hear } from './hear.ts';
import { doneSchema } from './protocol.ts';
import { type KeptText, listUntoldTexts, setTold } from './queue-store.ts';

const BATCH = 50;

/** Hands texts of operators on to the server, each until the server has it; and reads what they prove. */
export async function keepForwarding(box: Box): Promise<void> {
  const { stopping, bells, store } = box;
  let failures = 0;
  while (!stopping.aborted) {
    try {
      settle(box);
      const texts = listUntoldTexts(store, failures > 2 ? 1 : BATCH);
      const heard = texts.length === 0 || (await tell(box, texts));
      failures = heard ? 0 : failures + 1;
      if (texts.length > 0 && heard) continue;
    } catch (error) {
      failures += 1;
      box.log.write('error', `Texts could not be handed on: ${(error as Error).message}`);
    }
    await bells.texts.wait(failures > 0 ? backOffMs(failures, 60_000) : 30_000, stopping);
  }
}

function settle(box: Box): void {
  const settled = settleByTexts(box.store, box.evidence);
  for (const id of settled) box.log.write('info', `A text of the operator proves what became of ${id}`);
  if (settled.length > 0) box.bells.reports.ring();
}

async function tell(box: Box, texts: KeptText[]): Promise<boolean> {
  const { client, config, stopping, store, log } = box;
  const messages = texts.map(({ id, slot, sender, body, sentAt, readAt }) => ({
    ...{ id, sender: sender.slice(0, 60), body: log.clean(body).slice(0, 2000) },
    simSlot: slot,
    receivedAt: sentAt ?? readAt,
  }));
  const body = { callboxId: config.callboxId, messages };
  const answer = hear(
    box,
    await client.call('POST', '/api/call-box/messages', doneSchema, { body, signal: stopping }),
  );
  const seqs = texts.map(({ seq }) => seq);
  if (answer.kind === 'ok') setTold(store, seqs, 1);
  // One that the server cannot read must not hold up the others; it stays here.
  else if (answer.kind === 'refused' && answer.status === 400 && texts.length === 1) {
    setTold(store, seqs, 2);
    log.write('error', `The server does not take the text ${texts[0]!.id}: ${answer.error}`);
    return true;
  }
  return answer.kind === 'ok';
}

/** Hands log lines on; what cannot be told is told later, or given up when there are too many. */
export async function keepLogging(box: Box): Promise<void> {
  const { stopping, log, client, config, state } = box;
  while (!stopping.aborted) {
    const lines = state.registered && state.online ? log.waiting(state.remote.logLevel) : [];
    if (lines.length > 0) {
      const body = { callboxId: config.callboxId, lines };
      const answer = await client.call('POST', '/api/call-box/logs', doneSchema, { body, signal: stopping });
      if (answer.kind === 'ok' || (answer.kind === 'refused' && answer.status === 400))
        log.told(lines.length);
    }
    await pause(Math.max(1000, state.remote.heartbeatIntervalMs), stopping);
  }
}
