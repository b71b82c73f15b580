/** Rings without a sound file: two notes, a pause, again. Browsers stay silent until the page was clicked once. */

const NOTES_HZ = [587, 740];
const NOTE_S = 0.35;
const ROUND_MS = 2_400;
const LOUDNESS = 0.12;

let context: AudioContext | null = null;

function play(): void {
  if (context?.state !== 'running') return;
  for (const [index, frequency] of NOTES_HZ.entries()) {
    const at = context.currentTime + index * NOTE_S;
    const note = new OscillatorNode(context, { frequency, type: 'triangle' });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(LOUDNESS, at + 0.03);
    volume.gain.exponentialRampToValueAtTime(0.001, at + NOTE_S);
    note.connect(volume).connect(context.destination);
    note.start(at);
    note.stop(at + NOTE_S);
  }
}

/** Rings until the function that is returned is called. */
export function ring(): () => void {
  try {
    context ??= new AudioContext();
    void context.resume().then(play, () => undefined);
  } catch {
    // A computer without sound still shows who calls.
  }
  const timer = setInterval(play, ROUND_MS);
  return () => clearInterval(timer);
}

const BLINK_MS = 1_000;

/** Blinks the tab's title with who calls, until the function that is returned is called. */
export function blinkTitle(text: string): () => void {
  let own = document.title;
  let isOn = false;
  const blink = () => {
    if (!isOn) own = document.title;
    isOn = !isOn;
    document.title = isOn ? text : own;
  };
  blink();
  const timer = setInterval(blink, BLINK_MS);
  return () => {
    clearInterval(timer);
    if (isOn) document.title = own;
  };
}

/** Tells by the system's own notice when the tab is not looked at, if the person allowed that before. */
export function notifyOutside(title: string, body: string): () => void {
  if (!document.hidden || !('Notification' in window) || Notification.permission !== 'granted')
    return () => undefined;
  try {
    const notice = new Notification(title, { body, tag: 'relais.call', requireInteraction: true });
    notice.onclick = () => {
      window.focus();
      notice.close();
    };
    return () => notice.close();
  } catch {
    // Some phones allow notices to service workers alone.
    return () => undefined;
  }
}
