import { describe, expect, it } from 'vitest';
import { isPermission, may, mayGive, PERMISSIONS, ROLES, type Role, roleGrants, withReads } from './model.ts';

describe('the permission table', () => {
  it('gives an owner everything and a viewer nothing that changes', () => {
    for (const permission of PERMISSIONS) expect(may('owner', permission)).toBe(true);
    for (const permission of roleGrants.viewer) expect(permission).toMatch(/:read$/);
    expect(may('viewer', 'audit:read')).toBe(false);
    expect(may('agent', 'numbers:buy')).toBe(false);
  });

  it('grants no role what a higher role lacks', () => {
    ROLES.slice(1).forEach((role, index) => {
      const higher = roleGrants[ROLES[index]!];
      for (const permission of roleGrants[role]) expect(higher).toContain(permission);
    });
  });

  it('lets only owners touch owners, and nobody give what they lack', () => {
    const as = (role: Role) => ({ role, grants: roleGrants[role] });
    const to = (role: Role) => ({ role, permissions: roleGrants[role] });
    for (const role of ROLES) expect(mayGive(as(role), to('owner'))).toBe(role === 'owner');
    expect(mayGive(as('admin'), to('admin'))).toBe(true);
    expect(mayGive(as('agent'), to('admin'))).toBe(false);
    const program = { role: null, grants: ['members:manage', 'company:read'] };
    expect(mayGive(program, to('viewer'))).toBe(false);
    expect(mayGive(program, { role: 'own', permissions: ['company:read'] })).toBe(true);
    expect(mayGive({ role: null, grants: PERMISSIONS }, to('owner'))).toBe(false);
  });

  it('adds what must be seen to what may be done', () => {
    expect(withReads(['numbers:buy'])).toEqual(['company:read', 'numbers:read', 'numbers:buy']);
    expect(withReads(['float:manage'])).toEqual(['company:read', 'boxes:read', 'float:manage']);
    expect(withReads(['webhooks:manage'])).toEqual(['company:read', 'webhooks:manage']);
    for (const role of ROLES)
      expect(withReads(roleGrants[role])).toEqual(PERMISSIONS.filter((each) => may(role, each)));
  });

  it('knows its own words only', () => {
    expect(isPermission('gigs:read')).toBe(true);
    expect(isPermission('gigs:destroy')).toBe(false);
    expect(isPermission('toString')).toBe(false);
  });
});
