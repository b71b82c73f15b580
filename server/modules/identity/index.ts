import type { Kernel } from '../../kernel/ctx.ts';
import type { Authenticate, FindBox } from '../../kernel/http/authority.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import type { JobDefinitions } from '../../kernel/jobs.ts';
import { pruneSignIn } from './attempts.ts';
import { markAudit } from './audit-chain.ts';
import { createAuth } from './auth.ts';
import { createAuthenticate } from './authenticate.ts';
import { mailInvitation } from './invitations.ts';
import { identityRoutes } from './routes.ts';
import { firstCompany } from './store.ts';

export { issueApiKey } from './accounts.ts';
export { type AuditEntry, audit, type Changes, difference } from './audit.ts';
export { PASSWORD_MAX, PASSWORD_MIN, PERMISSIONS, type Permission, type Role } from './model.ts';
export { type CompanyProfile, companyProfile, type MemberAllowed, memberNames, membersWho } from './store.ts';

/** Who may come in, and as whom. */
export interface Identity {
  authenticate: Authenticate;
  routes(server: HttpServer): void;
  /** The company that was made first; null: there is none yet. */
  firstCompany(): Promise<string | null>;
  jobs: JobDefinitions;
}

/** People, companies, roles, API keys, sign-in and the audit log. @param findBox whom the token of a CallBox belongs to. */
export function createIdentity(kernel: Kernel, findBox: FindBox): Identity {
  const auth = createAuth(kernel);
  return {
    authenticate: createAuthenticate(kernel, auth, findBox),
    routes: (server) => identityRoutes(server, kernel, auth),
    firstCompany: () => firstCompany(kernel.db.system),
    jobs: {
      handlers: {
        'identity.prune': () => pruneSignIn(kernel),
        'identity.mark_audit': () => markAudit(kernel),
        'identity.mail_invitation': (payload) => mailInvitation(kernel, payload),
      },
      schedules: { 'identity.prune': { everySeconds: 3600 }, 'identity.mark_audit': { everySeconds: 5 } },
    },
  };
}
