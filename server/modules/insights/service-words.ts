import type { Language } from '../../kernel/errors.ts';
import type { ServiceName, ServiceReason, Standing } from './service-model.ts';

type Sentence = Record<Language, string>;

/** What is the matter and what to do, by reason; `{name}` is a figure. */
const SENTENCES: Record<ServiceReason, Sentence> = {
  fine: { en: 'Works as it should.', fr: 'Tout fonctionne.' },
  idle: { en: 'Nothing to do at the moment.', fr: "Rien à faire pour l'instant." },
  not_configured: {
    en: 'No account: add one under Settings, Provider accounts, if you want to use it.',
    fr: 'Aucun compte : ajoutez-en un dans Réglages, Comptes fournisseurs, si vous voulez vous en servir.',
  },
  failing: {
    en: 'Of what was asked lately {failing} failed: read why below, and look at the provider’s own status page.',
    fr: 'Parmi les dernières demandes, {failing} ont échoué : lisez pourquoi ci-dessous, et consultez la page d’état du fournisseur.',
  },
  webhooks_refused: {
    en: '{refused} webhooks of the last hour had a wrong signature: check the account’s key under Settings, Provider accounts.',
    fr: '{refused} webhooks de la dernière heure avaient une mauvaise signature : vérifiez la clé du compte dans Réglages, Comptes fournisseurs.',
  },
  webhooks_failing: {
    en: '{unheard} webhooks of the last hour could not be acted on: see Settings, Webhooks received.',
    fr: "{unheard} webhooks de la dernière heure n'ont pas pu être traités : voir Réglages, Webhooks reçus.",
  },
  behind: {
    en: '{waiting} webhooks wait, the oldest for {seconds} s. If it grows, start another worker.',
    fr: '{waiting} webhooks attendent, le plus ancien depuis {seconds} s. Si cela augmente, démarrez un autre processus worker.',
  },
  stuck: {
    en: 'Nothing has moved for {seconds} s: check that a process with the role worker or all runs, and its log.',
    fr: "Rien n'avance depuis {seconds} s : vérifiez qu'un processus de rôle worker ou all tourne, et lisez son journal.",
  },
  late: {
    en: 'What should have been looked at by now has not been: check that a process with the role worker or all runs.',
    fr: "Ce qui aurait déjà dû être vérifié ne l'a pas été : vérifiez qu'un processus de rôle worker ou all tourne.",
  },
  jobs_failing: {
    en: 'Jobs that failed and will be tried again: {failing}. The server log says why.',
    fr: 'Tâches qui ont échoué et seront réessayées : {failing}. Le journal du serveur dit pourquoi.',
  },
  no_box: {
    en: 'No box is connected. Transactions that wait: {waiting}. Check the power and the network of the boxes.',
    fr: "Aucune CallBox n'est connectée. Transactions en attente : {waiting}. Vérifiez l'alimentation et le réseau des CallBox.",
  },
  unknown_outcomes: {
    en: 'Transactions with an unknown outcome: {unknown}. Find out what became of them, and settle them.',
    fr: 'Transactions dont personne ne sait ce qu’elles sont devenues : {unknown}. Tranchez-les, preuve à l’appui.',
  },
  never_compared: {
    en: 'The accounts have not been compared with ours yet: start it on the Synchronisation page.',
    fr: "Les comptes n'ont pas encore été comparés avec les nôtres : lancez-le sur la page Synchronisation.",
  },
  compared_long_ago: {
    en: 'The last comparison was long ago: check that a process with the role worker or all runs.',
    fr: "La dernière comparaison date : vérifiez qu'un processus de rôle worker ou all tourne.",
  },
  compare_failed: {
    en: 'The last comparison was given up: read why on the Synchronisation page, then start it again.',
    fr: 'La dernière comparaison a été abandonnée : lisez pourquoi sur la page Synchronisation, puis relancez-la.',
  },
  differences: {
    en: 'For somebody to decide on the Synchronisation page: {differences}.',
    fr: 'À décider sur la page Synchronisation : {differences}.',
  },
  backups_off: {
    en: 'Relais makes no copies of itself (BACKUP_EVERY_HOURS = 0): make sure that something else does.',
    fr: "Relais ne fait aucune copie de lui-même (BACKUP_EVERY_HOURS = 0) : assurez-vous qu'autre chose s'en charge.",
  },
  no_backup_yet: {
    en: 'No backup yet: the first is made within minutes of the start.',
    fr: 'Pas encore de sauvegarde : la première est faite quelques minutes après le démarrage.',
  },
  backup_failed: {
    en: 'The last backup failed: the server log says why. It is tried again every quarter of an hour.',
    fr: "La dernière sauvegarde a échoué : le journal du serveur dit pourquoi. Elle est retentée tous les quarts d'heure.",
  },
  backup_late: {
    en: 'The last backup is {hours} h old, and one is due every {everyHours} h: check disk space and the server log, or run npx relais backup.',
    fr: "La dernière sauvegarde a {hours} h, alors qu'il en faut une toutes les {everyHours} h : vérifiez la place sur le disque et le journal du serveur, ou lancez npx relais backup.",
  },
};

/** Where the general sentence would leave open what to do. */
const OF_ITS_OWN: Partial<Record<`${ServiceName}.${ServiceReason}`, Sentence>> = {
  'telnyx.failing': {
    en: '{failed} requests of the last 15 minutes failed. Look at status.telnyx.com; what is unsure is looked up, not repeated.',
    fr: '{failed} requêtes ont échoué en 15 minutes. Consultez status.telnyx.com ; ce qui est incertain est vérifié, pas répété.',
  },
  'twilio.failing': {
    en: '{failed} requests of the last 15 minutes failed. Look at status.twilio.com; what is unsure is looked up, not repeated.',
    fr: '{failed} requêtes ont échoué en 15 minutes. Consultez status.twilio.com ; ce qui est incertain est vérifié, pas répété.',
  },
  'messages.failing': {
    en: '{failing} of {ended} texts of the last hour did not arrive: the Text history page says why for each.',
    fr: '{failing} SMS sur {ended} de la dernière heure ne sont pas arrivés : la page Historique des SMS dit pourquoi pour chacun.',
  },
  'messages.stuck': {
    en: '{waiting} texts wait too long to leave: check that a process with the role worker or all runs.',
    fr: "{waiting} SMS attendent trop longtemps de partir : vérifiez qu'un processus de rôle worker ou all tourne.",
  },
  'calls.failing': {
    en: '{failing} of {ended} calls of the last hour failed: the Calls page says why for each.',
    fr: '{failing} appels sur {ended} de la dernière heure ont échoué : la page Appels dit pourquoi pour chacun.',
  },
};

/** What is the matter with a thing, and what to do, in somebody's language. */
export function sentenceFor(
  { name, reason, figures }: Pick<Standing, 'name' | 'reason' | 'figures'>,
  language: Language,
): string {
  const sentence = OF_ITS_OWN[`${name}.${reason}`] ?? SENTENCES[reason];
  return sentence[language].replace(/\{(\w+)\}/g, (whole, figure: string) =>
    figures[figure] === undefined ? whole : figures[figure].toLocaleString(language),
  );
}
