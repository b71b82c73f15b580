import { describe, expect, it } from 'vitest';
import type { CompanyCtx } from '../../kernel/ctx.ts';
import { theirs } from './masks.ts';

describe('whom a call is with', () => {
  const seen = (address: string, permissions: string[] = []) =>
    theirs({ actor: { kind: 'user' }, grants: permissions } as unknown as CompanyCtx, address);

  const table: [written: string, shown: string][] = [
    ['+33612345678', '+33 6 •• •• •• 78'],
    ['06 12 34 56 78', '•• •• •• •• 78'],
    [' +33 (0)6-12-34-56-78', ' +•• (•)•-••-••-••-78'],
    ['0612345678 x12', '••••••••78 x12'],
    ['sip:+33612345678@example.org', 'sip:+•••••••••78@example.org'],
    ['sip:ada@example.org', 'sip:ada@example.org'],
    ['anonymous', 'anonymous'],
    ['112', '112'],
    ['browser:00000000-0000-4000-8000-000000123456', 'browser:00000000-0000-4000-8000-000000123456'],
  ];
  for (const [written, shown] of table) it(written, () => expect(seen(written)).toBe(shown));

  it('is shown whole to whoever may see numbers', () => {
    for (const [written] of table) expect(seen(written, ['contacts:reveal'])).toBe(written);
  });
});
