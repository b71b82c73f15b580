import type { ErrorSpec } from './spec.ts';

/** Errors of reports and of their sending. */
export const reports = {
  report_reader_unknown: {
    status: 400,
    en: 'Reports are sent to members of the company who may read them: choose one of them.',
    fr: "Les rapports sont envoyés aux membres de l'entreprise qui peuvent les lire : choisissez l'un d'eux.",
  },
  report_unsubscribed: {
    status: 409,
    en: 'This member does not want this report any more: choose another one.',
    fr: 'Ce membre ne veut plus de ce rapport : choisissez-en un autre.',
  },
  too_many_schedules: {
    status: 409,
    en: 'A company sends {limit} reports at most: remove one first.',
    fr: "Une entreprise envoie {limit} rapports au plus : supprimez-en un d'abord.",
  },
} as const satisfies Record<string, ErrorSpec>;
