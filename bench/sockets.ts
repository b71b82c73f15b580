import { connect } from 'node:net';

export interface SocketAnswer {
  status: number;
  /** Byte for byte (latin1). */
  body: string;
}

/** A connection with one request in flight at a time, over a plain socket: the client must cost little of the machine that it shares. */
export interface Connection {
  /** Resolves once the whole answer is there. */
  send(request: Buffer): Promise<SocketAnswer>;
  close(): void;
}

export async function openConnection(port: number): Promise<Connection> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let waiting: { resolve(answer: SocketAnswer): void; reject(error: Error): void } | null = null;
  let received = '';
  const fail = (error: Error) => waiting?.reject(error);
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('The server closed a connection in the middle of a round')));
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
    const headEnd = received.indexOf('\r\n\r\n');
    if (headEnd === -1) return;
    const bodyLength = Number(/\r\ncontent-length: (\d+)/i.exec(received)?.[1] ?? 0);
    if (received.length < headEnd + 4 + bodyLength) return;
    const answer = { status: Number(received.slice(9, 12)), body: received.slice(headEnd + 4) };
    received = '';
    waiting?.resolve(answer);
  });
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(request);
      }),
    close: () => {
      waiting = null;
      socket.destroy();
    },
  };
}
