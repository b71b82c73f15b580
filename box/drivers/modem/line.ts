import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { SerialPort } from 'serialport';

/**
 * Opens what a modem hangs on: a serial device (/dev/ttyUSB2), or a serial port that is reached over the network
 * (tcp://host:port, as ser2net offers it). Resolves when it is open.
 */
export function openLine(port: string, baudRate: number): Promise<Duplex> {
  return port.startsWith('tcp://') ? openSocket(port) : openSerial(port, baudRate);
}

function openSerial(path: string, baudRate: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const port = new SerialPort({ path, baudRate, autoOpen: false, lock: true, hupcl: false });
    port.open((error) => (error ? reject(error) : resolve(port)));
  });
}

function openSocket(address: string): Promise<Duplex> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}
