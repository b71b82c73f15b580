import { describe, expect, it } from 'vitest';
import { assignableRoles, isPermission, may, mayAssign, PERMISSIONS, ROLES, roleGrants } from './model.ts';

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

  it('lets only owners touch owners, and nobody without members:manage touch anybody', () => {
    for (const role of ROLES) {
      expect(mayAssign(role, 'owner')).toBe(role === 'owner');
      if (!may(role, 'members:manage')) expect(assignableRoles[role]).toEqual([]);
    }
    expect(mayAssign('admin', 'admin')).toBe(true);
  });

  it('knows its own words only', () => {
    expect(isPermission('gigs:read')).toBe(true);
    expect(isPermission('gigs:destroy')).toBe(false);
    expect(isPermission('toString')).toBe(false);
  });
});
