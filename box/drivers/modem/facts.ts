import type { Sim } from '../port.ts';
import type { AtChannel } from './at.ts';

// What a modem and its SIM say about themselves (3GPP TS 27.007: 5, 7.3, 8.3, 8.5).

export interface Facts {
  maker: string;
  imei: string | null;
  iccid: string | null;
  state: Sim['state'];
  /** The SIM asks for its own PIN (not the one of mobile money). */
  asksForPin: boolean;
  signalPercent: number | null;
  network: string | null;
}

export const NO_FACTS: Facts = {
  maker: '',
  imei: null,
  iccid: null,
  state: 'no_sim',
  asksForPin: false,
  signalPercent: null,
  network: null,
};

async function ask(at: AtChannel, command: string): Promise<string[] | null> {
  const result = await at.send(command, { timeoutMs: command === 'AT+COPS?' ? 30_000 : 5000 });
  return result.kind === 'ok' ? result.lines : null;
}

/** What does not change while the modem is plugged in. */
export async function readIdentity(at: AtChannel): Promise<Pick<Facts, 'maker' | 'imei' | 'iccid'>> {
  const maker = (await ask(at, 'AT+CGMI'))?.[0] ?? '';
  const imei = /\d{14,16}/.exec((await ask(at, 'AT+CGSN'))?.join() ?? '')?.[0] ?? null;
  return { maker, imei, iccid: await readIccid(at) };
}

/** Makers never agreed on one command for the number of the card itself. */
async function readIccid(at: AtChannel): Promise<string | null> {
  for (const command of ['AT+CCID', 'AT+ICCID', 'AT^ICCID?', 'AT+QCCID']) {
    const iccid = /\d{18,20}/.exec((await ask(at, command))?.join() ?? '')?.[0];
    if (iccid) return iccid;
  }
  return null;
}

/** How the SIM and the network are now. */
export async function readState(at: AtChannel): Promise<Omit<Facts, 'maker' | 'imei' | 'iccid'>> {
  const pin = await at.send('AT+CPIN?');
  const word = pin.kind === 'ok' ? (/\+CPIN:\s*(.+)$/.exec(pin.lines.join('\n'))?.[1]?.trim() ?? '') : '';
  const asksForPin = word === 'SIM PIN';
  if (word !== 'READY') {
    const locked = word !== '' || (pin.kind === 'error' && (pin.code === 11 || pin.code === 12));
    return { state: locked ? 'locked' : 'no_sim', asksForPin, signalPercent: null, network: null };
  }
  const signal = Number(/\+CSQ:\s*(\d+)/.exec((await ask(at, 'AT+CSQ'))?.join() ?? '')?.[1] ?? 99);
  const network = /\+COPS:\s*\d+,\d+,"([^"]*)"/.exec((await ask(at, 'AT+COPS?'))?.join() ?? '')?.[1] ?? null;
  return {
    state: network === null ? 'no_network' : 'ready',
    asksForPin,
    // TS 27.007 8.5: 0 to 31 is -113 to -51 dBm, 99 is not known.
    signalPercent: signal > 31 ? null : Math.round((signal / 31) * 100),
    network,
  };
}

/** Readies a modem that was just opened. False: it does not speak AT. */
export async function setUp(at: AtChannel, textMode: boolean): Promise<boolean> {
  for (let tries = 0; ; tries += 1) {
    const hello = await at.send('AT', { timeoutMs: 1000 });
    if (hello.kind === 'ok') break;
    if (hello.kind === 'gone' || tries === 4) return false;
  }
  // A session of before the start must not answer for a new one.
  for (const command of ['ATE0', 'AT+CMEE=1', 'AT+CUSD=2', 'AT+CUSD=1', `AT+CMGF=${textMode ? 1 : 0}`]) {
    const result = await at.send(command);
    if (result.kind === 'gone' || result.kind === 'silent') return false;
  }
  if ((await ask(at, 'AT+CSCS="GSM"')) === null) await ask(at, 'AT+CSCS="IRA"');
  await ask(at, 'AT+CPMS="SM","SM","SM"');
  await ask(at, 'AT+CNMI=2,1,0,0,0');
  at.clearUssd();
  return true;
}
