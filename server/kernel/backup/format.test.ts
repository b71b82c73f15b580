import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { frameWriter } from './format.ts';

const head = { section: 'table' as const, name: 'public.things', columns: ['a'] };

async function* rows(count: number) {
  for (let row = 0; row < count; row++) yield Buffer.alloc(1000, row % 256);
}

describe('the writer of a backup', () => {
  it('waits for room as often as it has to, and leaves no listener behind', async () => {
    const out = new PassThrough({ highWaterMark: 100 });
    const listeners = () => out.eventNames().reduce((sum, name) => sum + out.listenerCount(name), 0);
    const taken = buffer(out);
    const before = listeners();
    const writer = frameWriter(out);
    const end = await writer.section(head, rows(200), () => 200);
    expect(end).toMatchObject({ rows: 200, bytes: 200_000 });
    expect(listeners()).toBeLessThanOrEqual(before + 1);
    out.end();
    expect((await taken).length).toBeGreaterThan(200_000);
  });

  it('ends when nobody will ever take what it writes', async () => {
    const out = new PassThrough({ highWaterMark: 100 });
    const writing = frameWriter(out).section(head, rows(200), () => 200);
    out.destroy();
    await expect(writing).resolves.toMatchObject({ rows: 200 });
  });
});
