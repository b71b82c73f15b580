/** What a member of a company is. */
export const ROLES = ['owner', 'admin', 'agent', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

/** Everything that a role or an API key can be allowed; an API key's scopes are words of this list. */
export const PERMISSIONS = [
  'company:read',
  'company:update',
  'members:read',
  'members:manage',
  'api_keys:manage',
  'audit:read',
  'provider_accounts:read',
  'provider_accounts:manage',
  'gigs:read',
  'gigs:manage',
  'numbers:read',
  'numbers:buy',
  'numbers:manage',
  'compliance:read',
  'compliance:submit',
  'contacts:read',
  'contacts:reveal',
  'contacts:manage',
  'messages:read',
  'messages:send',
  'inbox:manage',
  'calls:read',
  'calls:make',
  'calls:listen',
  'calls:manage',
  'boxes:read',
  'boxes:manage',
  'transactions:read',
  'transactions:submit',
  'transactions:settle',
  'float:manage',
  'reports:read',
  'reports:schedule',
  'webhooks:manage',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const READS: readonly Permission[] = [
  'company:read',
  'members:read',
  'gigs:read',
  'numbers:read',
  'compliance:read',
  'contacts:read',
  'messages:read',
  'calls:read',
  'boxes:read',
  'transactions:read',
  'reports:read',
];

/** What a person needs who answers customers all day. */
const ANSWERS: readonly Permission[] = [
  'contacts:reveal',
  'contacts:manage',
  'messages:send',
  'calls:make',
  'calls:listen',
  'transactions:submit',
];

/** The permission table. Ownership itself is not a permission: see `assignableRoles`. */
export const roleGrants: Record<Role, readonly Permission[]> = {
  owner: PERMISSIONS,
  admin: PERMISSIONS,
  agent: [...READS, ...ANSWERS],
  viewer: READS,
};

/** The roles that a member may give, take away and remove; only an owner touches owners. */
export const assignableRoles: Record<Role, readonly Role[]> = {
  owner: ROLES,
  admin: ['admin', 'agent', 'viewer'],
  agent: [],
  viewer: [],
};

/** Whether a role allows something. */
export function may(role: Role, permission: Permission): boolean {
  return roleGrants[role].includes(permission);
}

export function isPermission(text: string): text is Permission {
  return (PERMISSIONS as readonly string[]).includes(text);
}

/** Whether a member may change or remove one who has the role `target`, or give that role. */
export function mayAssign(actor: Role, target: Role): boolean {
  return assignableRoles[actor].includes(target);
}

/** A person's choice of a password: length counts, nothing else does (NIST SP 800-63B, section 3.1.1.2). */
export const PASSWORD_MIN = 10;
export const PASSWORD_MAX = 128;
