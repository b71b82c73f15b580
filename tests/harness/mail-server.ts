import { createServer, type Server, type Socket } from 'node:net';

/** A mail server that keeps what it is given (RFC 5321, as much as a sender needs). */
export function startMailServer(mails: string[]): Promise<{ url: string; server: Server }> {
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
