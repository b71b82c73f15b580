import { fail } from '../../../kernel/errors.ts';
import type { Price } from '../../../kernel/money.ts';
import type { PortDeps } from '../deps.ts';
import { price } from '../parse.ts';
import type { ProviderPort } from '../port.ts';
import { openTelnyx, type TelnyxAccount, type TelnyxParts } from './client.ts';
import * as compliance from './compliance.ts';
import * as documents from './documents.ts';
import { inspectPlumbing } from './inspection.ts';
import * as listing from './listing.ts';
import * as numbers from './numbers.ts';
import * as orders from './orders.ts';
import { ensureConnection, ensureMessagingProfile, ensurePlumbing, listConnections } from './plumbing.ts';
import * as texts from './texts.ts';
import { voiceOf } from './voice.ts';

export type { TelnyxAccount } from './client.ts';

/** What Telnyx can do, on one account. */
export function createTelnyxPort(account: TelnyxAccount, deps: PortDeps): ProviderPort {
  const parts = openTelnyx(account, deps);
  const inTurn = oneAfterAnother();
  const messagingProfile = oneAtATime(() => ensureMessagingProfile(parts, []));
  return {
    name: 'telnyx',
    searchNumbers: (search) => numbers.searchNumbers(parts, search),
    listRequirements: (country, type) => compliance.listRequirements(parts, country, type),
    createGroup: (group) => compliance.createGroup(parts, group),
    findGroupByReference: (reference) => compliance.findGroupByReference(parts, reference),
    getGroup: (groupId) => compliance.getGroup(parts, groupId),
    putValues: (groupId, _zone, values) => compliance.putValues(parts, groupId, values),
    submitGroup: (groupId) => compliance.submitGroup(parts, groupId),
    uploadDocument: (document) => documents.uploadDocument(parts, document),
    createAddress: (address, reference) => documents.createAddress(parts, address, reference),
    placeOrder: (order) => orders.placeOrder(parts, order),
    findOrder: (order) => orders.findOrder(parts, order),
    getOrder: (orderId, phoneNumber) => orders.getOrder(parts, orderId, phoneNumber),
    attachGroup: (orderId, groupId) => orders.attachGroup(parts, orderId, groupId),
    findNumber: (phoneNumber) => numbers.findNumber(parts, phoneNumber),
    listNumbers: () => numbers.listNumbers(parts),
    configureNumber: (number, plumbing) => numbers.configureNumber(parts, number, plumbing),
    releaseNumber: (numberId) => numbers.releaseNumber(parts, numberId),
    listConnections: () => listConnections(parts),
    ensurePlumbing: oneAtATime(() => inTurn(() => ensurePlumbing(parts))),
    inspectPlumbing: () => inspectPlumbing(parts),
    numbersPage: (cursor) => listing.numbersPage(parts, cursor),
    featuresOf: ({ numberId }) => listing.featuresOf(parts, numberId),
    wiringFor: (features, plumbing) => listing.wiringFor(features, plumbing),
    textsPage: (window, cursor) => listing.textsPage(parts, window, cursor),
    readText: (messageId) => listing.readText(parts, messageId),
    legsPage: (window, cursor) => listing.legsPage(parts, window, cursor),
    balance: () => balance(parts),
    testConnection: async () => ({ accountName: 'Telnyx', balance: await balance(parts) }),
    sendText: (text) => texts.sendText(parts, text),
    findTexts: (text, since) => texts.findTexts(parts, text, since),
    getText: (messageId) => texts.getText(parts, messageId),
    fetchMedia: (url, options) => texts.fetchMedia(parts, url, options),
    // Telnyx shows its prices to people only.
    textPrice: async () => null,
    configureTexts: async (number) => texts.configureTexts(parts, number, await messagingProfile()),
    ...voiceOf(parts, () => inTurn(() => ensureConnection(parts, []))),
  };
}

/** Callers that come while it runs share the run: two of them would each make what is missing. */
function oneAtATime<Made>(work: () => Promise<Made>): () => Promise<Made> {
  let running: Promise<Made> | null = null;
  return () => {
    running ??= work().finally(() => {
      running = null;
    });
    return running;
  };
}

/** Two that make the same connection at once would make it twice. */
function oneAfterAnother(): <Made>(work: () => Promise<Made>) => Promise<Made> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };
}

async function balance({ client, request }: TelnyxParts): Promise<Price> {
  const { data } = await request('repeatable', () => client.balance.retrieve());
  return (
    price(data?.balance, data?.currency) ??
    fail('provider_error', { provider: 'Telnyx', reason: 'the answer holds no balance' })
  );
}
