import { expect, test } from 'vitest';
import { message, ours } from './testkit.ts';
import { firstUnreadId, threadItems } from './threadItems.ts';

const shape = (items: ReturnType<typeof threadItems>) =>
  items.map((item) =>
    item.kind === 'text'
      ? `${item.message.id}${item.isFirst ? ' first' : ''}${item.isLast ? ' last' : ''}${item.through ? ` through ${item.through}` : ''}`
      : item.kind,
  );

test('texts that follow each other closely from one side are a run', () => {
  const items = threadItems(
    [message('a', 0), message('b', 2), message('c', 30), ours('d', 31), ours('e', 32)],
    null,
  );
  expect(shape(items)).toEqual(['day', 'a first', 'b last', 'c first last', 'd first', 'e last']);
});

test('another colleague, an event or a note begins another run', () => {
  const colleague = { kind: 'user' as const, id: 'thomas', name: 'Thomas' };
  const items = threadItems(
    [ours('a', 0), ours('b', 1, { author: colleague }), message('n', 2, { kind: 'note' }), ours('c', 3)],
    null,
  );
  expect(shape(items)).toEqual(['day', 'a first last', 'b first last', 'note', 'c first last']);
});

test('days are told apart, and the line of what is unread stands before its first text', () => {
  const nextDay = new Date(2026, 5, 2, 9).toISOString();
  const items = threadItems([message('a', 0), message('b', 1, { created_at: nextDay })], {
    firstId: 'b',
    count: 1,
  });
  expect(shape(items)).toEqual(['day', 'a first last', 'day', 'unread', 'b first last']);
});

test('another number of ours is named where it begins', () => {
  const items = threadItems([message('a', 0), ours('b', 1, { from: '+14155550137' }), ours('c', 2)], null);
  expect(shape(items)).toEqual([
    'day',
    'a first last',
    'b first last through +14155550137',
    'c first last through +33757001122',
  ]);
});

test('what is scheduled comes last, in the order in which it will leave', () => {
  const later = (id: string, sendAt: string) => ours(id, 0, { status: 'scheduled', send_at: sendAt });
  const items = threadItems([later('x', '2026-06-09'), message('a', 1), later('y', '2026-06-05')], null);
  expect(shape(items)).toEqual(['day', 'a first last', 'scheduled', 'y first last', 'x first last']);
});

test('the first unread text is found from the newest; notes and answers do not count', () => {
  const messages = [
    message('a', 0),
    message('b', 1),
    message('n', 2, { kind: 'note' }),
    ours('c', 3),
    message('d', 4),
  ];
  expect(firstUnreadId(messages, 2)).toBe('b');
  expect(firstUnreadId(messages, 0)).toBeNull();
  expect(firstUnreadId(messages, 9)).toBeNull();
});
