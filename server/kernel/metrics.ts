import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** Prometheus metrics of this process. No label ever names a company, a person or a phone number. */
export interface Metrics {
  registry: Registry;
  /** All figures as Prometheus reads them; with several processes behind one port, those of all of them. */
  text(): Promise<string>;
  httpSeconds: Histogram<'method' | 'route' | 'status'>;
  requirementGroups: Counter<'country'>;
  purchases: Counter<'provider' | 'outcome'>;
  webhookSeconds: Histogram<'provider' | 'outcome'>;
  webhooks: Counter<'provider' | 'verdict'>;
  providerRequests: Counter<'provider' | 'outcome'>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    text: () => registry.metrics(),
    httpSeconds: new Histogram({
      name: 'relais_http_request_seconds',
      help: 'Time to answer a request',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10],
      registers,
    }),
    requirementGroups: new Counter({
      name: 'relais_requirement_groups_created_total',
      help: 'Requirement groups created (rate over a day: groups per day)',
      labelNames: ['country'],
      registers,
    }),
    purchases: new Counter({
      name: 'relais_number_purchases_total',
      help: 'Number orders that ended, by outcome (success rate: active over all)',
      labelNames: ['provider', 'outcome'],
      registers,
    }),
    webhookSeconds: new Histogram({
      name: 'relais_webhook_processing_seconds',
      help: 'Time from the receipt of a webhook to its effect',
      labelNames: ['provider', 'outcome'],
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 300],
      registers,
    }),
    webhooks: new Counter({
      name: 'relais_webhooks_received_total',
      help: 'Webhook deliveries by verdict of the signature check',
      labelNames: ['provider', 'verdict'],
      registers,
    }),
    providerRequests: new Counter({
      name: 'relais_provider_requests_total',
      help: 'Requests to providers by outcome (communication errors: every outcome but ok and refused)',
      labelNames: ['provider', 'outcome'],
      registers,
    }),
  };
}
