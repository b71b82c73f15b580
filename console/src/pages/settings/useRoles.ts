import { useQuery } from '@tanstack/react-query';
import { roles as rolesApi } from '../../api/identity.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { useRoleName } from '../../ui/useRoleName.ts';

/** The company's roles, and those of them that the person may give. */
export function useRoles() {
  const may = useMay();
  const roleName = useRoleName();
  const query = useQuery({ queryKey: keys.roles, queryFn: rolesApi.list, enabled: may('members:read') });
  const roles = query.data?.roles;
  const nameOf = (id: string) =>
    roleName({ role: id, roleName: roles?.find((role) => role.id === id)?.name ?? null });
  const givable = roles?.filter((role) => role.givable) ?? [];
  return {
    query,
    roles,
    nameOf,
    givable,
    options: givable.map(({ id }) => ({ value: id, label: nameOf(id) })),
  };
}
