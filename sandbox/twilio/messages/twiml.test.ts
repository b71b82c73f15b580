import { expect, test } from 'vitest';
import { readTwiml, verbsOf, wordsOf } from './twiml.ts';

const said = (document: string) => readTwiml(document)?.map((verb) => [verb.name, wordsOf(verb).trim()]);

test.each([
  ['<?xml version="1.0" encoding="UTF-8"?><Response/>', []],
  ['<Response></Response>', []],
  ['<Response><Message>Hi &#233;&amp;&#x1F600; &lt;3</Message></Response>', [['Message', 'Hi é&😀 <3']]],
  [
    '<Response><!-- <Message>no</Message> --><Message><![CDATA[a < b]]></Message></Response>',
    [['Message', 'a < b']],
  ],
  [
    '<Response><Message>one</Message>\n<Redirect>x</Redirect></Response>',
    [
      ['Message', 'one'],
      ['Redirect', 'x'],
    ],
  ],
])('%s is read', (document, verbs) => {
  expect(said(document)).toEqual(verbs);
});

test('attributes and inner verbs are read', () => {
  const [message] =
    readTwiml(`<Response><Message to='+1' action="/a?b=1&amp;c=2"><Body>x</Body></Message></Response>`) ?? [];
  expect(message?.attributes).toEqual({ to: '+1', action: '/a?b=1&c=2' });
  expect(message && verbsOf(message).map(wordsOf)).toEqual(['x']);
});

test.each(['', 'ok', '{"a":1}', '<html></html>', '<Response><Message></Response>', '<Response/><Response/>'])(
  '%j is no TwiML',
  (document) => {
    expect(readTwiml(document)).toBeUndefined();
  },
);
