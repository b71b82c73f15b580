import { expect, test } from 'vitest';
import { readSavedGroup } from './savedGroup.ts';

test('the place is found among other cookies, and nonsense is no place', () => {
  expect(readSavedGroup('a=1; relais_requirement_group=group-1%2Fgig-2; b=2')).toEqual({
    groupId: 'group-1',
    gigId: 'gig-2',
  });
  expect(readSavedGroup('a=1')).toBeNull();
  expect(readSavedGroup('relais_requirement_group=')).toBeNull();
  expect(readSavedGroup('relais_requirement_group=only-a-group')).toBeNull();
});
