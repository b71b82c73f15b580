import type { Logger } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { buyTextNumber, conversationWith, handsets, threadOf } from '../harness/texts.ts';

// The lines that the guide tells people to look for in the log.
let relais: TestRelais;
const lines: string[] = [];

beforeAll(async () => {
  relais = await startRelais({ config: { RECONCILE_SECONDS: 3600 } });
  const { log } = relais.kernel;
  const child = log.child.bind(log);
  log.child = ((bindings: object) =>
    Object.assign(child(bindings), {
      info: (...words: unknown[]) => lines.push(String(words.at(-1))),
    })) as unknown as Logger['child'];
});
afterAll(() => relais?.stop());

describe('the log', () => {
  for (const provider of ['twilio', 'telnyx'] as const)
    it(`tells of texts in and out through ${provider} in the guide’s words`, async () => {
      const number = await buyTextNumber(relais, provider);
      const from = provider === 'twilio' ? '+14155550950' : '+14155550951';
      lines.length = 0;
      await handsets(relais).text(from, number.phoneNumber, 'secret words');
      const { id } = await conversationWith(relais.api, from);
      await relais.api.post(`/inbox/conversations/${id}/messages`, { text: 'secret answer' });
      const [received, sent] = await eventually(async () => {
        const thread = await threadOf(relais.api, id);
        expect(thread.at(-1).status).toBe('delivered');
        return thread;
      });
      const told = lines.filter((line) => line.startsWith('['));
      expect(told).toEqual([
        `[SMS WEBHOOK] Message reçu et traité: ${received.external_id}`,
        `[SMS] Envoi SMS de ${number.phoneNumber} vers ${from}`,
        ...(provider === 'twilio'
          ? [`[INBOX] Envoi du SMS via Twilio de ${number.phoneNumber} à ${from}`]
          : []),
        `[SMS] SMS envoyé avec succès: ${sent.external_id}`,
      ]);
      expect(lines.join('\n')).not.toContain('secret');
    });
});
