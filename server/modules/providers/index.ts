export type { WebhookDoor } from './delivery.ts';
export { assignCompany } from './events-store.ts';
export { webhookDoor } from './ingress.ts';
export type { ProviderEvent } from './model.ts';
export * from './port.ts';
export { type AccountPort, portFor, portForAccount } from './ports.ts';
export { telnyxOrderNews } from './remote-events.ts';
export { providerRoutes } from './routes.ts';
export { type EventHandler, type EventWorker, startProviderEvents } from './worker.ts';
