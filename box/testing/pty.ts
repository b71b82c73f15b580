import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';

// A pseudo-terminal, as a modem's serial device is one. Node has none, so Python's does it: its standard library is enough.

const PROGRAM = `
import os, pty, sys, threading, tty
master, slave = pty.openpty()
tty.setraw(slave)
sys.stdout.buffer.write((os.ttyname(slave) + "\\n").encode()); sys.stdout.buffer.flush()
def down():
    while True:
        data = os.read(0, 4096)
        if not data: os._exit(0)
        os.write(master, data)
threading.Thread(target=down, daemon=True).start()
while True:
    try:
        data = os.read(master, 4096)
    except OSError:
        break
    os.write(1, data)
`;

/** Opens one. @returns its device, and the modem's end of it. @throws Error when this machine has no Python 3. */
export async function openPty(): Promise<{ device: string; line: Duplex; close(): void }> {
  const child = spawn('python3', ['-u', '-c', PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] });
  const device = await new Promise<string>((resolve, reject) => {
    const fail = (reason: string) =>
      reject(
        new Error(
          `A pseudo-terminal needs python3 on the PATH (${reason}): install it, as the tests of serial ports run on one.`,
        ),
      );
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`it ended with ${code}`));
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
  });
  const line = new Duplex({
    read: () => undefined,
    write: (chunk, _encoding, done) => void child.stdin.write(chunk, done),
    destroy: (error, done) => {
      child.kill();
      done(error);
    },
  });
  child.stdout.on('data', (chunk: Buffer) => line.push(chunk));
  child.stdin.on('error', () => undefined);
  return { device, line, close: () => void child.kill() };
}
