import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from './client.ts';
import { keys } from './keys.ts';

/** A failure worth another try: the server was not reached, or is restarting. */
function shouldRetry(failures: number, error: Error): boolean {
  const passing =
    error instanceof ApiError && (error.status === 0 || error.status === 502 || error.status === 503);
  return passing && failures < 3;
}

/** The session ended elsewhere: forget it, and the shell asks to sign in. */
function leaveWhenSignedOut(error: Error): void {
  const signedIn = queryClient.getQueryData(keys.me);
  if (error instanceof ApiError && error.status === 401 && error.code === 'unauthenticated' && signedIn) {
    queryClient.setQueryData(keys.me, null);
  }
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
  mutationCache: new MutationCache({ onError: leaveWhenSignedOut }),
  // Live events say what changed, so nothing needs refetching merely because time passed.
  defaultOptions: { queries: { retry: shouldRetry, staleTime: 60_000, refetchOnWindowFocus: false } },
});
