import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../tests/harness/eventually.ts';
import { type MailServer, startMailServer } from '../../../tests/harness/mail-server.ts';
import { createPerson } from '../../../tests/harness/person.ts';
import { startRelais, type TestRelais } from '../../../tests/harness/relais.ts';
import { renderInvitation } from './mail.ts';

let relais: TestRelais;
let mails: MailServer;

beforeAll(async () => {
  mails = await startMailServer();
  relais = await startRelais({
    config: { SMTP_URL: mails.url, MAIL_FROM: 'Relais <no-reply@relais.test>' },
  });
});
afterAll(async () => {
  await relais?.stop();
  await mails?.stop();
});

describe('an invitation by mail', () => {
  it("carries the link, in the inviter's language", async () => {
    const owner = createPerson(relais.baseUrl);
    await owner.signIn(relais.owner.email, relais.owner.password);
    await owner.patch('/api/me', { language: 'fr', name: 'Zoé <b>' });
    const { link } = (await owner.post('/api/invitations', { email: 'guest@example.test', role: 'agent' }))
      .body;
    const mail = await eventually(() => {
      expect(mails.letters).toHaveLength(1);
      return mails.letters[0]!;
    });
    expect(mail.to).toBe('guest@example.test');
    expect(mail.headers.from).toBe('Relais <no-reply@relais.test>');
    const words = mail.parts.map(({ content }) => content.toString()).join('\n');
    expect(words).toContain(link);
    expect(words).toContain("Accepter l'invitation");
    expect(words).toContain('Zoé &lt;b&gt;');
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
