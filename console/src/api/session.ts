import { useMutation, useQuery } from '@tanstack/react-query';
import { stopPush } from '../notices/push.ts';
import { paths } from '../paths.ts';
import { forgetAll } from '../ui/storage.ts';
import { auth } from './auth.ts';
import { ApiError, requestContext } from './client.ts';
import { me as meApi } from './identity.ts';
import { keys } from './keys.ts';
import { queryClient } from './queryClient.ts';
import type { Me, Permission } from './types.ts';

/** Other tabs of this browser hear of a sign-out or a company switch, so that none shows the wrong company. */
const tabs = new BroadcastChannel('relais.session');
tabs.onmessage = () => void forgetSession();

/** Who is signed in; null when nobody is. */
async function fetchMe(): Promise<Me | null> {
  try {
    const me = await meApi.get();
    requestContext.companyId = me.company?.id ?? null;
    return me;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

/** Reads everything again: another person, or another company. */
export async function forgetSession(): Promise<void> {
  requestContext.companyId = null;
  queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.me[0] });
  await queryClient.invalidateQueries({ queryKey: keys.me });
}

export function useMeQuery() {
  return useQuery({ queryKey: keys.me, queryFn: fetchMe, staleTime: 5 * 60_000 });
}

/** The signed-in person. Only below the shell, which waits until it is known. */
export function useMe(): Me {
  const { data } = useMeQuery();
  if (!data) throw new Error('useMe needs a signed-in session');
  return data;
}

/** The company on screen. Only below the shell. */
export function useCompany(): { id: string; name: string } {
  const { company } = useMe();
  if (!company) throw new Error('useCompany needs a company');
  return company;
}

/** Whether the person's role grants a permission, as the server says it. */
export function useMay(): (permission: Permission) => boolean {
  const { permissions } = useMe();
  return (permission) => permissions.includes(permission);
}

/** Signs out and loads the page anew, so that nothing of the person stays in memory. */
export function useSignOut(nextPath: string = paths.signIn) {
  return useMutation({
    mutationFn: async () => {
      // Calls are not told to a device whose person has left.
      await stopPush().catch(() => undefined);
      return auth.signOut();
    },
    onSettled: () => {
      // Whom and what a person looked up is nobody else's business on a shared device.
      forgetAll('recent.');
      forgetAll('push.');
      tabs.postMessage('signed-out');
      location.assign(nextPath);
    },
  });
}

/** Opens another company in every tab. */
export async function openCompany(companyId: string): Promise<void> {
  await meApi.switchCompany(companyId);
  tabs.postMessage('company-switched');
  await forgetSession();
}

export function useSwitchCompany() {
  return useMutation({ mutationFn: openCompany });
}
