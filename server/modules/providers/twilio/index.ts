import type { PortDeps } from '../deps.ts';
import type { ProviderPort } from '../port.ts';
import * as account from './account.ts';
import * as bundles from './bundles.ts';
import { openTwilio, type TwilioAccount } from './client.ts';
import * as documents from './documents.ts';
import * as listing from './listing.ts';
import * as numbers from './numbers.ts';
import * as orders from './orders.ts';
import { textPriceOf } from './prices.ts';
import * as texts from './texts.ts';
import { putValues } from './values.ts';
import { voiceOf } from './voice.ts';

export type { TwilioAccount } from './client.ts';

/** What Twilio can do, on one account. Bundles speak the words of requirement groups. */
export function createTwilioPort(of: TwilioAccount, deps: PortDeps): ProviderPort {
  const parts = openTwilio(of, deps);
  return {
    name: 'twilio',
    searchNumbers: (search) => numbers.searchNumbers(parts, search),
    listRequirements: async (country, type) => (await parts.regulation({ country, type }))?.specs ?? [],
    createGroup: (group) => bundles.createGroup(parts, group),
    findGroupByReference: (reference) => bundles.findGroupByReference(parts, reference),
    getGroup: (groupId) => bundles.getGroup(parts, groupId),
    putValues: (groupId, zone, values) => putValues(parts, groupId, zone, values),
    submitGroup: (groupId) => bundles.submitGroup(parts, groupId),
    uploadDocument: (document) => documents.uploadDocument(parts, document),
    createAddress: (address, reference) => documents.createAddress(parts, address, reference),
    placeOrder: (order) => orders.placeOrder(parts, order),
    findOrder: (order) => orders.findOrder(parts, order),
    getOrder: (orderId, phoneNumber) => orders.getOrder(parts, orderId, phoneNumber),
    findNumber: (phoneNumber) => numbers.findNumber(parts, phoneNumber),
    listNumbers: () => numbers.listNumbers(parts),
    configureNumber: (number) => numbers.configureNumber(parts, number),
    releaseNumber: (numberId) => numbers.releaseNumber(parts, numberId),
    listConnections: () => account.listConnections(parts),
    ensurePlumbing: () => account.ensurePlumbing(parts),
    // Twilio keeps every address on the number itself.
    inspectPlumbing: async () => ({
      plumbing: { connectionId: null, messagingProfileId: null, steps: [] },
      faults: [],
    }),
    numbersPage: (cursor) => listing.numbersPage(parts, cursor),
    featuresOf: async ({ features }) => features ?? { voice: true, sms: false, mms: false },
    wiringFor: (features) => listing.wiringFor(parts, features),
    textsPage: (window, cursor) => listing.textsPage(parts, window, cursor),
    readText: (messageId) => listing.readText(parts, messageId),
    legsPage: (window, cursor) => listing.legsPage(parts, window, cursor),
    balance: () => account.balance(parts),
    testConnection: () => account.testConnection(parts),
    sendText: (text) => texts.sendText(parts, text),
    findTexts: (text, since) => texts.findTexts(parts, text, since),
    getText: (messageId) => texts.getText(parts, messageId),
    fetchMedia: (url, options) => texts.fetchMedia(parts, url, options),
    textPrice: (country) => textPriceOf(parts, country),
    configureTexts: (number) => texts.configureTexts(parts, number),
    ...voiceOf(parts),
  };
}
