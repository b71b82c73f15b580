import { request } from './client.ts';

const post = <T>(path: string, body: unknown = {}) =>
  request<T>(`/api/auth${path}`, { method: 'POST', body });

/** The sign-in library's own routes. */
export const auth = {
  /** @returns twoFactorRedirect when the account also asks for a code */
  signIn: (email: string, password: string) =>
    post<{ twoFactorRedirect?: boolean }>('/sign-in/email', { email, password }),
  signOut: () => post('/sign-out'),
  verifyTotp: (code: string) => post('/two-factor/verify-totp', { code }),
  verifyRecoveryCode: (code: string) => post('/two-factor/verify-backup-code', { code }),
  enableTwoFactor: (password: string) =>
    post<{ totpURI: string; backupCodes: string[] }>('/two-factor/enable', { password }),
  disableTwoFactor: (password: string) => post('/two-factor/disable', { password }),
  newRecoveryCodes: (password: string) =>
    post<{ backupCodes: string[] }>('/two-factor/generate-backup-codes', { password }),
  revokeOtherSessions: () => post('/revoke-other-sessions'),
  changePassword: (currentPassword: string, newPassword: string) =>
    post('/change-password', { currentPassword, newPassword, revokeOtherSessions: true }),
};
