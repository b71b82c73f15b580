import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** How a mail server behaves towards whoever brings it a letter. */
export type MailMood = 'takes' | 'refuses' | 'is_busy' | 'drops_after_data' | 'says_nothing';

/** A letter as it arrived. */
export interface Letter {
  to: string;
  /** Unfolded, by their names in lower case. */
  headers: Record<string, string>;
  /** Texts and attachments, decoded. */
  parts: { type: string; filename: string | null; content: Buffer }[];
}

export interface MailServer {
  url: string;
  /** What was received whole, whatever the sender was told. */
  letters: Letter[];
  mood: MailMood;
  stop(): Promise<void>;
}

/** A real SMTP server on a port of its own (RFC 5321). @param password what whoever signs in must know (RFC 4954). */
export async function startMailServer(port = 0, password: string | null = null): Promise<MailServer> {
  const server = new SMTPServer({
    ...{
      authOptional: password === null,
      allowInsecureAuth: true,
      disabledCommands: ['STARTTLS'],
      hideSTARTTLS: true,
      logger: false,
      closeTimeout: 100,
    },
    onAuth(auth, _session, done) {
      if (auth.password === password) return done(null, { user: auth.username });
      done(answer(535, 'Authentication credentials invalid'));
    },
    onRcptTo(_address, _session, done) {
      if (mail.mood === 'refuses') return done(answer(550, 'No such person here'));
      if (mail.mood === 'is_busy') return done(answer(451, 'Come back later'));
      done();
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (mail.mood === 'says_nothing') return;
        const to = session.envelope.rcptTo[0]!.address;
        mail.letters.push(read(to, Buffer.concat(chunks).toString('latin1')));
        if (mail.mood === 'drops_after_data') for (const socket of sockets) socket.destroy();
        else done();
      });
    },
  });
  const sockets = new Set<Socket>();
  server.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('error', () => undefined);
  const mail: MailServer = {
    url: '',
    letters: [],
    mood: 'takes',
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  mail.url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  return mail;
}

const answer = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode });

/** A letter's headers and parts (RFC 2045), as far as ours need. */
function read(to: string, source: string): Letter {
  const { headers, body } = split(source);
  return { to, headers, parts: partsOf(headers, body) };
}

function split(source: string): { headers: Record<string, string>; body: string } {
  const end = source.indexOf('\r\n\r\n');
  const lines = source
    .slice(0, end)
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      decoded(line.slice(line.indexOf(':') + 1).trim()),
    ]),
  );
  return { headers, body: source.slice(end + 4) };
}

/** Words of other alphabets (RFC 2047). */
function decoded(text: string): string {
  return text
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?utf-8\?q\?([^?]*)\?=/gi, (_whole, word: string) =>
      Buffer.from(plain(word.replaceAll('_', ' '), 'quoted-printable'), 'latin1').toString(),
    );
}

function partsOf(headers: Record<string, string>, body: string): Letter['parts'] {
  const type = headers['content-type'] ?? 'text/plain';
  const boundary = /boundary="([^"]+)"/.exec(type)?.[1];
  if (boundary)
    return body
      .split(`--${boundary}`)
      .slice(1, -1)
      .flatMap((part) => {
        const inner = split(part.replace(/^\r\n/, ''));
        return partsOf(inner.headers, inner.body);
      });
  const filename = /filename=([^;]+)/.exec(headers['content-disposition'] ?? '')?.[1] ?? null;
  const encoding = headers['content-transfer-encoding'];
  const content =
    encoding === 'base64' ? Buffer.from(body, 'base64') : Buffer.from(plain(body, encoding), 'latin1');
  return [{ type: type.split(';')[0]!, filename: filename?.replaceAll('"', '').trim() ?? null, content }];
}

function plain(body: string, encoding: string | undefined): string {
  if (encoding !== 'quoted-printable') return body;
  return body
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
