import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { mount, type Route } from '../core/http.ts';
import type { Sandbox } from '../core/sandbox.ts';
import { registerTexts } from '../core/texts/lifecycle.ts';
import { accountRoutes } from './account.ts';
import { availableRoutes } from './available.ts';
import { conferenceRoutes } from './calls/conferenceRoutes.ts';
import { insightRoutes } from './calls/insights.ts';
import { keyRoutes } from './calls/keys.ts';
import { registerCalls } from './calls/machine.ts';
import { recordingRoutes } from './calls/recordingRoutes.ts';
import { callRoutes } from './calls/routes.ts';
import { twilioDialect } from './dialect.ts';
import { incomingRoutes } from './incoming.ts';
import { registerTwimlAnswers } from './messages/inbound.ts';
import { messageRoutes } from './messages/routes.ts';
import { notifyStatus } from './messages/send.ts';
import { pricingRoutes } from './pricing.ts';
import { bundleRoutes } from './regulatory/bundles.ts';
import { documentRoutes } from './regulatory/documents.ts';
import { endUserRoutes } from './regulatory/endUsers.ts';
import { regulationRoutes } from './regulatory/regulations.ts';
import { registerBundleReviews } from './regulatory/review.ts';
import { resourceList } from './resources.ts';

/** Every route of the Twilio side by product, which is the first word of the host. A new resource adds its list here. */
export const TWILIO_ROUTES: Record<string, Route[]> = {
  api: [
    ...accountRoutes,
    ...availableRoutes,
    ...incomingRoutes,
    ...messageRoutes,
    ...resourceList,
    ...callRoutes,
    ...conferenceRoutes,
    ...recordingRoutes,
    ...keyRoutes,
  ],
  numbers: [...regulationRoutes, ...endUserRoutes, ...documentRoutes, ...bundleRoutes],
  pricing: pricingRoutes,
  insights: insightRoutes,
};

/** Hosts that are another product's second door. */
const SAME_PRODUCT: Record<string, string> = { 'numbers-upload': 'numbers' };

/** Which product a path belongs to when no host says so. */
const BY_PATH: [start: RegExp, product: string][] = [
  [/^\/2010-04-01(\/|$|\.)/, 'api'],
  [/^\/v2\/RegulatoryCompliance\//, 'numbers'],
  [/^\/v1\/PhoneNumbers\/Countries/, 'pricing'],
  [/^\/v[12]\/Voice\/(Countries|Numbers)/, 'pricing'],
  [/^\/v1\/Messaging\/Countries/, 'pricing'],
  [/^\/v1\/(Voice|Conferences)\//, 'insights'],
  [/^\/v1\/Services/, 'messaging'],
];

const PREFIX = '/_twilio';

/**
 * Gives each Twilio product its own prefix, by X-Orig-Host or else by path, so that products may share paths.
 * The `.json` of the 2010-04-01 API goes.
 */
export function rewriteTwilioUrl(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const product = productOf(request, url);
  if (product === undefined) return url;
  const [path = '', query] = url.split(/\?(.*)/s);
  const bare = product === 'api' ? path.replace(/\.json$/, '') : path;
  return `${PREFIX}/${product}${bare}${query === undefined ? '' : `?${query}`}`;
}

function productOf(request: IncomingMessage, url: string): string | undefined {
  const host = request.headers['x-orig-host'];
  const label =
    typeof host === 'string' ? /^([a-z-]+)\.(?:[a-z0-9-]+\.)*twilio\.com$/.exec(host)?.[1] : undefined;
  if (label !== undefined) return SAME_PRODUCT[label] ?? label;
  return BY_PATH.find(([start]) => start.test(url))?.[1];
}

export function mountTwilio(app: FastifyInstance, sb: Sandbox): void {
  registerBundleReviews(sb);
  registerTexts(sb, 'twilio', notifyStatus);
  registerTwimlAnswers(sb);
  registerCalls(sb);
  for (const [product, routes] of Object.entries(TWILIO_ROUTES))
    mount(app, sb, twilioDialect, `${PREFIX}/${product}`, routes);
  mount(app, sb, twilioDialect, PREFIX, []);
}
