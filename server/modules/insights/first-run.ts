import { isIP } from 'node:net';
import { z } from 'zod';
import { type Config, isSandboxCredential, publicBaseUrl } from '../../kernel/config.ts';
import { type CompanyCtx, transact, withCompany } from '../../kernel/ctx.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { isPublicAddress } from '../../kernel/outgoing-request.ts';
import { fleetOverview } from '../callbox/index.ts';
import { activeNumbers } from '../numbers/index.ts';
import { dayIn } from './model.ts';
import { backupRuns } from './service-status.ts';
import { firstDeeds } from './store.ts';

const shape = {
  number: z.boolean().describe('The company has an active number'),
  text: z.boolean().describe('It has sent a text'),
  call: z.boolean().describe('It has made or taken a call'),
  box: z.boolean().describe('It has a CallBox'),
  boxConnected: z.boolean(),
  publicAddress: z.object({
    url: z.string(),
    fault: z
      .enum(['not_https', 'not_public'])
      .nullable()
      .describe('Why providers cannot reach it; null: nothing speaks against it'),
  }),
  backup: z.boolean().describe('A backup was made, or something else makes them'),
  drill: z.boolean().describe('A drill proved that a backup can be restored'),
  mail: z.boolean().describe('Invitations leave by mail'),
  practice: z.boolean().describe('The sandbox stands in for the providers'),
};

/** How far a company is on its way to work with Relais: what an owner does first, read from what is there. */
export function firstRunRoute(server: HttpServer): void {
  server.get(
    '/api/insights/first-run',
    {
      config: { authority: { permission: 'company:update' } },
      schema: {
        tags: ['insights'],
        summary: 'What is set up already, for the list of first steps',
        response: { 200: ok(shape), ...errorResponses },
      },
    },
    async (request) => ({ success: true as const, ...(await firstRun(withCompany(request.ctx))) }),
  );
}

async function firstRun(ctx: CompanyCtx) {
  const { config, clock } = ctx.kernel;
  const url = publicBaseUrl(config);
  const { backup, drill } = await backupRuns(ctx);
  return transact(ctx, async (tx) => {
    const { boxes } = await fleetOverview(tx, [dayIn(clock.now(), 'UTC')]);
    const kinds = await firstDeeds(tx);
    return {
      number: (await activeNumbers(tx, 'all_of_company')).length > 0,
      ...{ text: kinds.text, call: kinds.call, box: boxes.all > 0, boxConnected: boxes.connected > 0 },
      publicAddress: { url, fault: addressFaultOf(url) },
      backup: config.BACKUP_EVERY_HOURS === 0 || Boolean(backup?.succeededAt),
      drill: Boolean(drill?.succeededAt),
      mail: config.SMTP_URL !== '',
      practice: isPractice(config),
    };
  });
}

function isPractice({ TELNYX_API_KEY, TWILIO_AUTH_TOKEN }: Config): boolean {
  return [TELNYX_API_KEY, TWILIO_AUTH_TOKEN].some(isSandboxCredential);
}

/** Names of this machine and of a house's own network, which nobody outside can look up. */
const LOCAL_NAME = /^(localhost|.*\.(localhost|local|internal|lan|home\.arpa)|[^.]+)$/i;

/** Why webhooks of providers would not arrive at an address, as far as it can be seen from it. */
export function addressFaultOf(text: string): 'not_https' | 'not_public' | null {
  if (!URL.canParse(text)) return 'not_public';
  const { hostname, protocol } = new URL(text);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) ? !isPublicAddress(host) : LOCAL_NAME.test(host)) return 'not_public';
  return protocol === 'https:' ? null : 'not_https';
}
