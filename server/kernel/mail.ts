import { createTransport } from 'nodemailer';
import type { Kernel } from './ctx.ts';

/** A letter to one person. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** The same for every try, so that mailboxes which know it already drop a second one. */
  messageId?: string;
  headers?: Record<string, string>;
  attachments?: { filename: string; content: Buffer | string; contentType: string }[];
}

function open({ SMTP_URL: url, SMTP_TIMEOUT_MS: timeoutMs }: Kernel['config']) {
  return createTransport({
    url,
    ...{
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      dnsTimeout: timeoutMs,
    },
    // Letters are made of what is in memory: nothing that a name smuggles in is fetched or read.
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
}

/** Hands a letter to the mail server of SMTP_URL. @throws what the mail server says; `isRefusal` tells whether it said no for good. */
export async function sendMail({ config }: Pick<Kernel, 'config'>, mail: Mail): Promise<void> {
  const transport = open(config);
  try {
    await transport.sendMail({ from: config.MAIL_FROM, ...mail, to: { name: '', address: mail.to } });
  } finally {
    transport.close();
  }
}

/** Speaks to the mail server up to the point where a letter would begin. @throws when it does not answer or refuses our credentials. */
export async function canReachMail({ config }: Pick<Kernel, 'config'>): Promise<void> {
  const transport = open(config);
  try {
    await transport.verify();
  } finally {
    transport.close();
  }
}

/** Whether the mail server refused this letter, or its recipient, for good (RFC 5321, section 4.2.1): another try would be refused too. */
export function isRefusal(error: unknown): boolean {
  const { responseCode, command } = error as { responseCode?: number; command?: string };
  const aboutLetter = command === 'RCPT TO' || command === 'DATA';
  return aboutLetter && responseCode !== undefined && responseCode >= 500 && responseCode < 600;
}

/** A text inside HTML, in which names cannot become markup. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character]!);
}
