import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { callIn, lineOf, onLine } from '../../testkit.ts';
import { AGENT, CALLER, type CallBench, openCallBench } from './bench.ts';

let bench: CallBench;
beforeEach(async () => {
  bench = await openCallBench();
});
afterEach(() => bench.close());

/** Somebody calls, and whoever is rung answers and is given a document of their own. */
async function whispered(document: string): Promise<{ root: string; child: string }> {
  bench.receiver.document('/whisper', document);
  bench.receiver.document(
    '/voice',
    `<Dial answerOnBridge="true" action="/after"><Number url="/whisper?who=1">${AGENT}</Number></Dial>`,
  );
  await callIn(bench.sandbox, { from: CALLER, to: bench.ours });
  await bench.advance();
  await onLine(bench.sandbox, AGENT, 'answer');
  const { legId: root } = await lineOf(bench.sandbox, CALLER);
  const { legId: child } = await lineOf(bench.sandbox, AGENT);
  return { root, child };
}

describe('a document for whoever answered', () => {
  test('is heard by them alone, while the caller hears the ringing; then the two are joined', async () => {
    const { root, child } = await whispered('<Say>This call is recorded.</Say>');
    expect(await bench.client.calls(root).fetch()).toMatchObject({ status: 'ringing' });
    expect(await bench.client.calls(child).fetch()).toMatchObject({ status: 'in-progress' });
    await onLine(bench.sandbox, AGENT, 'say', { words: 'too early' });
    await bench.advance();
    expect(bench.formsAt('/whisper')).toMatchObject([
      { CallSid: child, CallStatus: 'in-progress', Direction: 'outbound-dial', ParentCallSid: root },
    ]);
    expect(await bench.client.calls(root).fetch()).toMatchObject({ status: 'in-progress' });
    expect(await bench.heardBy(AGENT)).toContain('This call is recorded.');
    expect((await bench.heardBy(CALLER)).join()).not.toMatch(/recorded|too early/);
    await onLine(bench.sandbox, AGENT, 'say', { words: 'Hello' });
    expect(await bench.heardBy(CALLER)).toContain('Hello');
    await onLine(bench.sandbox, AGENT, 'hangup');
    await bench.advance();
    expect(bench.formsAt('/after')).toMatchObject([{ DialCallStatus: 'completed', DialBridged: 'true' }]);
  });

  test('may hang up, and can ask for a key before; no other verb is done', async () => {
    await whispered(
      `<Dial>${CALLER}</Dial><Record/><Gather numDigits="1" action="/key"><Say>Press 1.</Say></Gather><Hangup/>`,
    );
    await bench.advance();
    expect(await bench.heardBy(AGENT)).toContain('Press 1.');
    await bench.advance({ timers: true });
    expect(bench.formsAt('/after')).toMatchObject([{ DialCallStatus: 'completed', DialBridged: 'false' }]);
    expect(await bench.client.calls.list({ to: CALLER })).toEqual([]);
  });

  test('that fails ends their leg with an apology', async () => {
    const { child } = await whispered('<Say');
    await bench.advance();
    expect((await bench.heardBy(AGENT)).join()).toContain('application error');
    expect(await bench.client.calls(child).fetch()).toMatchObject({ status: 'completed' });
  });

  test('is left off when they are redirected: both go on with other documents', async () => {
    const { root, child } = await whispered('<Say loop="0">For ever and ever</Say>');
    await bench.advance();
    const room = '<Dial><Conference>room-2</Conference></Dial>';
    bench.receiver.document('/after', room);
    await bench.client.calls(child).update({ twiml: `<Response>${room}</Response>` });
    await bench.advance();
    const [found] = await bench.client.conferences.list({ friendlyName: 'room-2', status: 'in-progress' });
    const seats = await bench.client.conferences(found!.sid).participants.list();
    expect(seats.map(({ callSid }) => callSid).sort()).toEqual([root, child].sort());
  });

  test('ends with the caller who gives up meanwhile', async () => {
    const { child } = await whispered('<Say loop="0">For ever and ever</Say>');
    await bench.advance();
    await onLine(bench.sandbox, CALLER, 'hangup');
    await bench.advance();
    expect(await bench.client.calls(child).fetch()).toMatchObject({ status: 'completed' });
  });
});

test('a seat in a conference lasts as long as its document lets it', async () => {
  bench.receiver.document(
    '/voice',
    '<Dial timeLimit="60" action="/after"><Conference>room-3</Conference></Dial>',
  );
  bench.receiver.document('/after', '<Say>Time is up.</Say>');
  await callIn(bench.sandbox, { from: CALLER, to: bench.ours });
  await bench.advance();
  expect(bench.formsAt('/after')).toEqual([]);
  await bench.advance({ timers: true });
  expect(bench.formsAt('/after')).toMatchObject([{ DialCallStatus: 'answered' }]);
  expect(await bench.heardBy(CALLER)).toContain('Time is up.');
});
