import { expect, test } from 'vitest';
import { paths } from '../../paths.ts';
import { type Known, stepsOf } from './firstSteps.ts';

const nothing: Known = {
  ...{ number: false, text: false, call: false, box: false, boxConnected: false, mail: false },
  ...{ practice: false, backup: false, drill: false, people: 1, twoFactor: false },
  publicAddress: { url: 'http://localhost:4000', fault: 'not_public' },
};
const done = (known: Partial<Known>) =>
  stepsOf({ ...nothing, ...known })
    .filter(({ isDone }) => isDone)
    .map(({ name }) => name);

test('nothing is done in a new company', () => {
  expect(done({})).toEqual([]);
});

test('each step is read from what is there', () => {
  expect(done({ number: true, text: true, call: true })).toEqual(['number', 'text', 'call']);
  expect(done({ people: 2, twoFactor: true, mail: true })).toEqual(['team', 'twoFactor', 'mail']);
  expect(done({ backup: true })).toEqual([]);
  expect(done({ backup: true, drill: true })).toEqual(['backup']);
  expect(done({ publicAddress: { url: 'https://r.example.com', fault: null } })).toEqual(['address']);
});

test('in practice no provider has to reach the server', () => {
  expect(done({ practice: true })).toEqual(['address']);
});

test('a box that is known and does not connect is looked at, not added again', () => {
  const box = (known: Partial<Known>) => stepsOf({ ...nothing, ...known }).find(({ name }) => name === 'box');
  expect(box({})).toMatchObject({ isDone: false, to: paths.newBox });
  expect(box({ box: true })).toMatchObject({ isDone: false, to: paths.boxes });
  expect(box({ box: true, boxConnected: true })).toMatchObject({ isDone: true });
});
