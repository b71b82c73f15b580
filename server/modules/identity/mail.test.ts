import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../tests/harness/eventually.ts';
import { createPerson } from '../../../tests/harness/person.ts';
import { startRelais, type TestRelais } from '../../../tests/harness/relais.ts';
import { renderInvitation } from './mail.ts';

/** A mail server that keeps what it is given (RFC 5321, as much as a sender needs). */
function startMailServer(mails: string[]): Promise<{ url: string; server: Server }> {
  const answer = (socket: Socket) => {
    let text = '';
    let body: string | null = null;
    socket.write('220 mail.test\r\n');
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      text += chunk;
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        if (body !== null && line === '.') {
          mails.push(body);
          body = null;
          socket.write('250 kept\r\n');
        } else if (body !== null) body += `${line}\n`;
        else if (/^DATA/i.test(line)) {
          body = '';
          socket.write('354 go on\r\n');
        } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
        else socket.write('250 ok\r\n');
      }
    });
  };
  return new Promise((resolve) => {
    const server = createServer(answer);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      resolve({ server, url: `smtp://127.0.0.1:${port}?ignoreTLS=true` });
    });
  });
}

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
