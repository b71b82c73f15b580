import type { Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../tests/harness/eventually.ts';
import { startMailServer } from '../../../tests/harness/mail-server.ts';
import { createPerson } from '../../../tests/harness/person.ts';
import { startRelais, type TestRelais } from '../../../tests/harness/relais.ts';
import { renderInvitation } from './mail.ts';

const mails: string[] = [];
let relais: TestRelais;
let server: Server;

beforeAll(async () => {
  const started = await startMailServer(mails);
  server = started.server;
  relais = await startRelais({
    config: { SMTP_URL: started.url, MAIL_FROM: 'Relais <no-reply@relais.test>' },
  });
});
afterAll(async () => {
  await relais?.stop();
  server?.close();
});

describe('an invitation by mail', () => {
  it("carries the link, in the inviter's language", async () => {
    const owner = createPerson(relais.baseUrl);
    await owner.signIn(relais.owner.email, relais.owner.password);
    await owner.patch('/api/me', { language: 'fr', name: 'Zoé <b>' });
    const { link } = (await owner.post('/api/invitations', { email: 'guest@example.test', role: 'agent' }))
      .body;
    const mail = await eventually(() => {
      expect(mails).toHaveLength(1);
      return decodeQuotedPrintable(mails[0]!);
    });
    expect(mail).toContain('To: guest@example.test');
    expect(mail).toContain('From: Relais <no-reply@relais.test>');
    expect(mail).toContain(link);
    expect(mail).toContain("Accepter l'invitation");
    expect(mail).toContain('Zoé &lt;b&gt;');
    await eventually(async () => {
      const { rows } = await relais.kernel.db.ownerPool.query('select token_sealed from invitations');
      expect(rows, 'the link is forgotten once it has left').toEqual([{ token_sealed: null }]);
    });
  });

  it('cannot be made to carry markup or header lines', () => {
    const mail = renderInvitation({
      to: 'guest@example.test',
      language: 'en',
      inviterName: 'Eve\r\nBcc: all@example.test',
      companyName: '<img src=x onerror=alert(1)> & "friends"',
      link: 'https://relais.test/invitation/x',
      expiresAt: new Date('2026-01-02T03:04:00Z'),
    });
    expect(mail.subject).not.toMatch(/[\r\n]/);
    expect(mail.html).not.toContain('<img');
    expect(mail.html).toContain('&lt;img src=x onerror=alert(1)&gt; &amp; &quot;friends&quot;');
  });
});

function decodeQuotedPrintable(text: string): string {
  const bytes = text
    .replaceAll('=\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
