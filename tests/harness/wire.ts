import { connect, type Socket } from 'node:net';
import type { Reply } from './refusal.ts';

function open(baseUrl: string): Promise<Socket> {
  const { hostname, port } = new URL(baseUrl);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Sends bytes as they are and reads the first answer. The request is not ended: the server answers when it has enough. */
export async function sendBytes(baseUrl: string, bytes: string | Buffer): Promise<Reply> {
  const socket = await open(baseUrl);
  try {
    socket.write(bytes);
    return await readReply(socket);
  } finally {
    socket.destroy();
  }
}

/** Sends bytes and cuts the connection once they have left, without waiting for an answer. */
export async function sendAndVanish(baseUrl: string, bytes: Buffer): Promise<void> {
  const socket = await open(baseUrl);
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  socket.destroy();
}

function readReply(socket: Socket): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    const look = (ended: boolean) => {
      const reply = parseReply(received, ended);
      if (reply) resolve(reply);
      else if (ended) reject(new Error(`The connection ended after ${JSON.stringify(received.toString())}`));
    };
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      look(false);
    });
    socket.on('close', () => look(true));
    socket.on('error', () => look(true));
  });
}

function parseReply(received: Buffer, ended: boolean): Reply | null {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [statusLine = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n');
  const headers = new Headers(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );
  const body = received.subarray(end + 4);
  if (!ended && body.length < Number(headers.get('content-length') ?? Number.POSITIVE_INFINITY)) return null;
  return { status: Number(statusLine.split(' ')[1]), headers, text: body.toString() };
}
