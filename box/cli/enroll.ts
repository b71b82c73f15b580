import { VERSION } from '../box.ts';
import { createClient } from '../client.ts';
import { type BoxConfig, saveConfig } from '../config.ts';
import { enrolledSchema } from '../protocol.ts';
import { complain, say } from './words.ts';

/** Trades a one-time code for this box's own token, and keeps that where only its owner can read it. */
export async function enroll(config: BoxConfig, [server, code]: string[]): Promise<number> {
  const { language, dataDir, callboxId } = config;
  if (!server || !code || !/^https?:\/\/[^/]+/.test(server)) {
    complain(
      language,
      'Usage: relais-box enroll https://relais.example.com CODE',
      'Usage : relais-box enroll https://relais.example.com CODE',
    );
    return 2;
  }
  const address = server.replace(/\/+$/, '');
  const body = { code, ...(callboxId === null ? {} : { callboxId }) };
  const answer = await createClient(address, null, VERSION).call(
    'POST',
    '/api/call-box/enroll',
    enrolledSchema,
    { body },
  );
  if (answer.kind !== 'ok') {
    const reason = answer.kind === 'away' ? answer.reason : answer.error;
    complain(language, `Not enrolled: ${reason}`, `Non inscrit : ${reason}`);
    return 1;
  }
  const { token, callboxId: id, companyName } = answer.body;
  const file = saveConfig(dataDir, { server: address, token, callboxId: id });
  say(
    language,
    `This machine is now box ${id}${companyName ? ` of ${companyName}` : ''}. Its settings are in ${file}.\nNext: relais-box doctor, then relais-box run (or relais-box service).`,
    `Cette machine est maintenant le boîtier ${id}${companyName ? ` de ${companyName}` : ''}. Ses réglages sont dans ${file}.\nEnsuite : relais-box doctor, puis relais-box run (ou relais-box service).`,
  );
  return 0;
}
