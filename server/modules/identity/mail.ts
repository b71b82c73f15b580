import { createTransport } from 'nodemailer';
import type { Config } from '../../kernel/config.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import type { Language } from '../../kernel/errors.ts';

export interface InvitationMail {
  to: string;
  language: Language;
  inviterName: string;
  companyName: string;
  link: string;
  expiresAt: Date;
}

const WORDS = {
  en: {
    subject: (mail: InvitationMail) => `${mail.inviterName} invites you to ${mail.companyName} on Relais`,
    text: (mail: InvitationMail) => `${mail.inviterName} invites you to join ${mail.companyName} on Relais.`,
    button: 'Accept the invitation',
    until: (date: string) =>
      `The invitation is valid until ${date} (UTC). If you did not expect it, ignore this message.`,
  },
  fr: {
    subject: (mail: InvitationMail) =>
      `${mail.inviterName} vous invite à rejoindre ${mail.companyName} sur Relais`,
    text: (mail: InvitationMail) =>
      `${mail.inviterName} vous invite à rejoindre ${mail.companyName} sur Relais.`,
    button: "Accepter l'invitation",
    until: (date: string) =>
      `L'invitation est valable jusqu'au ${date} (UTC). Si vous ne l'attendiez pas, ignorez ce message.`,
  },
};

/** The mail of an invitation, as plain text and as HTML in which names cannot become markup. */
export function renderInvitation(mail: InvitationMail): { subject: string; text: string; html: string } {
  const words = WORDS[mail.language];
  const date = new Intl.DateTimeFormat(mail.language, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  }).format(mail.expiresAt);
  const lines = [words.text(mail), words.until(date)];
  const [intro, until] = lines.map(escapeHtml);
  return {
    subject: words.subject(mail).replaceAll(/[\r\n]+/g, ' '),
    text: `${lines[0]}\n\n${words.button}: ${mail.link}\n\n${lines[1]}\n`,
    html: `<p>${intro}</p><p><a href="${escapeHtml(mail.link)}">${escapeHtml(words.button)}</a></p><p>${until}</p>`,
  };
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character]!);
}

/** Sends it through SMTP_URL. @throws what the mail server says; the job tries again. */
export async function sendInvitation(kernel: Kernel, mail: InvitationMail): Promise<void> {
  const transport = createTransport(kernel.config.SMTP_URL);
  try {
    await transport.sendMail({
      from: kernel.config.MAIL_FROM,
      to: { name: '', address: mail.to },
      ...renderInvitation(mail),
    });
  } finally {
    transport.close();
  }
}

const MAIL_TIMEOUT_MS = 5000;

/** Speaks to the mail server up to the point where a mail would begin. @throws when it does not answer or refuses our credentials. */
export async function canReachMail({ SMTP_URL }: Pick<Config, 'SMTP_URL'>): Promise<void> {
  const transport = createTransport({
    url: SMTP_URL,
    connectionTimeout: MAIL_TIMEOUT_MS,
    greetingTimeout: MAIL_TIMEOUT_MS,
    socketTimeout: MAIL_TIMEOUT_MS,
  } as never);
  try {
    await transport.verify();
  } finally {
    transport.close();
  }
}
