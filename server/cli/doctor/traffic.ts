import { existsSync, readFileSync } from 'node:fs';
import type { Kernel } from '../../kernel/ctx.ts';
import { networkReason } from '../../kernel/errors.ts';
import { folderHolder } from '../../kernel/folder-lock.ts';
import { canReachMail } from '../../kernel/mail.ts';
import { reviewEvents } from '../../modules/providers/upkeep.ts';
import { type ProcessesState, processesFolder, stateFile } from '../../processes.ts';
import type { Words } from '../words.ts';
import { type Finding, fail, ok, warning } from './finding.ts';

const WEBHOOKS: Words = { en: 'Webhooks', fr: 'Webhooks' };
const MAIL: Words = { en: 'Mail', fr: 'E-mail' };
const PROCESSES: Words = { en: 'Processes', fr: 'Processus' };
const WAIT_OK_MS = 120_000;

/** Whether stored webhooks are acted on in time, and when each provider was last heard. */
export async function checkWebhooks(kernel: Kernel): Promise<Finding[]> {
  const { waiting, oldestAt, failed, heard } = await reviewEvents(kernel);
  const findings: Finding[] = [];
  const waitedMs = oldestAt ? kernel.clock.nowMs() - oldestAt.getTime() : 0;
  if (waitedMs > WAIT_OK_MS)
    findings.push(
      warning(
        WEBHOOKS,
        {
          en: `${waiting} wait to be acted on, the oldest for ${Math.round(waitedMs / 60_000)} min.`,
          fr: `${waiting} attendent d'être traités, le plus ancien depuis ${Math.round(waitedMs / 60_000)} min.`,
        },
        {
          en: 'Does a process with RELAIS_ROLE all or worker run? Its log says what it is busy with.',
          fr: 'Un processus avec RELAIS_ROLE all ou worker tourne-t-il ? Son journal dit à quoi il est occupé.',
        },
      ),
    );
  if (failed > 0)
    findings.push(
      warning(
        WEBHOOKS,
        { en: `${failed} were given up.`, fr: `${failed} ont été abandonnés.` },
        {
          en: 'The log has "A … webhook is given up" with the reason for each.',
          fr: 'Le journal contient « A … webhook is given up » avec la raison de chacun.',
        },
      ),
    );
  const times = heard.map(({ provider, at }) => `${provider} ${at.toISOString()}`).join(', ');
  findings.push(
    ok(WEBHOOKS, {
      en: times ? `last heard: ${times}` : 'none was heard yet',
      fr: times ? `derniers reçus : ${times}` : "aucun n'a encore été reçu",
    }),
  );
  return findings;
}

/** Whether the mail server answers, and takes the credentials; no mail is sent. */
export async function checkMail(kernel: Kernel): Promise<Finding> {
  if (!kernel.config.SMTP_URL)
    return ok(MAIL, {
      en: 'none is sent (SMTP_URL is empty): invitations show a link to pass on',
      fr: "aucun n'est envoyé (SMTP_URL est vide) : les invitations montrent un lien à transmettre",
    });
  const error = await canReachMail(kernel).then(
    () => null,
    (reason) => networkReason(reason),
  );
  if (error === null)
    return ok(MAIL, {
      en: 'the mail server takes our credentials',
      fr: 'le serveur de messagerie accepte nos identifiants',
    });
  return fail(
    MAIL,
    {
      en: `the mail server does not answer as it should: ${error}`,
      fr: `le serveur de messagerie ne répond pas comme il le devrait : ${error}`,
    },
    {
      en: 'Check SMTP_URL: host, port, user and password.',
      fr: 'Vérifiez SMTP_URL : hôte, port, utilisateur et mot de passe.',
    },
  );
}

/** The processes behind the port, on this machine. */
export async function checkProcesses({ config }: Kernel): Promise<Finding[]> {
  if (config.RELAIS_PROCESSES === 1) return [];
  const holder = folderHolder(processesFolder(config));
  const file = stateFile(config);
  if (!holder || !existsSync(file))
    return [
      warning(
        PROCESSES,
        { en: 'the server does not run here.', fr: 'le serveur ne tourne pas ici.' },
        { en: 'Start it.', fr: 'Démarrez-le.' },
      ),
    ];
  const { workers } = JSON.parse(readFileSync(file, 'utf8')) as ProcessesState;
  const text = {
    en: `${workers.length} of ${config.RELAIS_PROCESSES} run (${workers.join(', ')})`,
    fr: `${workers.length} sur ${config.RELAIS_PROCESSES} tournent (${workers.join(', ')})`,
  };
  if (workers.length >= config.RELAIS_PROCESSES) return [ok(PROCESSES, text)];
  return [
    warning(PROCESSES, text, {
      en: 'One has died and is being replaced; the log says why it died.',
      fr: 'Un processus est mort et on le remplace ; le journal dit pourquoi.',
    }),
  ];
}
