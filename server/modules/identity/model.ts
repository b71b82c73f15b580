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
  'money:rules',
  'reports:read',
  'costs:manage',
  'reports:schedule',
  'webhooks:manage',
  'retention:manage',
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

/** The permission table of the four roles that every company has. Ownership itself is not a permission: see `mayGive`. */
export const roleGrants: Record<Role, readonly Permission[]> = {
  owner: PERMISSIONS,
  admin: PERMISSIONS,
  agent: [...READS, ...ANSWERS],
  viewer: READS,
};

/** Whether a role allows something. */
export function may(role: Role, permission: Permission): boolean {
  return roleGrants[role].includes(permission);
}

/** Whether a text names one of the four. Roles of a company's own are named by their ids. */
export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}

export function isPermission(text: string): text is Permission {
  return (PERMISSIONS as readonly string[]).includes(text);
}

/**
 * Whether somebody may give a role, take it away, or change it: nobody hands on more than they have, and only an owner touches
 * owners.
 * @param actor.role a program has none.
 */
export function mayGive(
  actor: { role: string | null; grants: readonly string[] },
  target: { role: string; permissions: readonly string[] },
): boolean {
  if (actor.role === 'owner') return true;
  if (target.role === 'owner') return false;
  return target.permissions.every((permission) => actor.grants.includes(permission));
}

/** What one must see to use a permission whose noun has nothing of its own to read. */
const SEES: Partial<Record<Permission, Permission>> = {
  'float:manage': 'boxes:read',
  'inbox:manage': 'messages:read',
  'money:rules': 'boxes:read',
  'retention:manage': 'calls:read',
};

/** Permissions with those without which they are of no use: whoever changes things sees them, and everybody sees the company. */
export function withReads(permissions: readonly Permission[]): Permission[] {
  const wanted = new Set<Permission>(['company:read', ...permissions]);
  for (const permission of permissions) {
    const seen = SEES[permission] ?? `${permission.split(':')[0]}:read`;
    if (isPermission(seen)) wanted.add(seen);
  }
  return PERMISSIONS.filter((permission) => wanted.has(permission));
}

/** A company's own roles are few. */
export const OWN_ROLES_MAX = 50;

/** A person's choice of a password: length counts, nothing else does (NIST SP 800-63B, section 3.1.1.2). */
export const PASSWORD_MIN = 10;
export const PASSWORD_MAX = 128;
