import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { submitted, testBox } from './harness/engine.ts';
import { eventually } from './harness/eventually.ts';
import { startRelais, type TestRelais } from './harness/relais.ts';

// What is handed to Prometheus and Grafana fits what the server tells, and what the runbook explains.

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; runbook: string };
}
interface Panel {
  title: string;
  targets?: { expr: string }[];
}

const rules: Rule[] = parse(readFileSync('ops/prometheus/alerts.yml', 'utf8')).groups.flatMap(
  ({ rules: some }: { rules: Rule[] }) => some,
);
const board: { panels: Panel[] } = JSON.parse(readFileSync('ops/grafana/relais.json', 'utf8'));

/** Every name of a metric, with the labels asked of it, in PromQL. */
function selectorsIn(expression: string): { name: string; labels: string[] }[] {
  return [...expression.matchAll(/\b((?:relais|nodejs|process)_\w+)(?:\{([^}]*)\})?/g)].map(
    ([, name, labels = '']) => ({
      name: name!,
      labels: [...labels.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label!),
    }),
  );
}

/** The labels that an aggregation keeps: by (…). */
const groupings = (expression: string) =>
  [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, names]) =>
    names!.split(',').map((name) => name.trim()),
  );

const expressions = [
  ...rules.map(({ alert, expr }) => ({ where: alert, expr })),
  ...board.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ where: title, expr }))),
];

describe('alert rules and board', () => {
  let relais: TestRelais;
  /** What the server tells: names of metrics, and the labels that they have. */
  let told: Map<string, Set<string>>;
  let text: string;

  beforeAll(async () => {
    relais = await startRelais();
    // Some of everything has happened.
    const { body } = await relais.api.get('/api/phone-numbers/search?countryCode=US');
    await relais.api.post('/api/phone-numbers/purchase', { phoneNumber: body.numbers[0].phoneNumber });
    await relais.api.post('/api/requirement-groups', { destinationZone: 'FR' });
    const box = testBox(relais, 'counted', { fencing: true, sims: [{ slot: '1', operator: 'MTN' }] });
    await box.register();
    const id = await submitted(relais.api);
    const [work] = await box.pull('limit=1&wait=20');
    const { attempt, leaseId } = work!;
    for (const status of ['processing', 'completed'])
      expect((await box.report(id, status, { attempt, leaseId })).status).toBe(200);
    const { jobSeconds, requirementGroups, webhookSeconds } = relais.kernel.metrics;
    await eventually(async () => {
      for (const metric of [jobSeconds, requirementGroups, webhookSeconds])
        expect((await metric.get()).values.length).toBeGreaterThan(0);
    });
    text = (await relais.api.get('/metrics')).body;
    told = new Map();
    for (const [, name, labels = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
      const known = told.get(name!) ?? new Set();
      for (const [, label] of labels.matchAll(/(\w+)="/g)) known.add(label!);
      told.set(name!, known);
    }
  });
  afterAll(() => relais?.stop());

  it('name metrics and labels that a scrape has', () => {
    expect(expressions.length).toBeGreaterThan(40);
    const wrong = expressions.flatMap(({ where, expr }) => {
      const selectors = selectorsIn(expr);
      const labels = new Set(selectors.flatMap(({ name }) => [...(told.get(name) ?? [])]));
      return [
        ...selectors.filter(({ name }) => !told.has(name)).map(({ name }) => `${where}: ${name}`),
        ...selectors.flatMap(({ name, labels: asked }) =>
          asked
            .filter((label) => told.has(name) && !told.get(name)!.has(label))
            .map((label) => `${where}: ${name}{${label}}`),
        ),
        ...groupings(expr)
          .filter((label) => !labels.has(label) && label !== 'instance')
          .map((label) => `${where}: by (${label})`),
      ];
    });
    // A task that gave up is told only when there is one.
    expect(wrong.filter((each) => !/relais_jobs_(failed|waiting)\b|by \(task\)/.test(each))).toEqual([]);
    // The look itself can fail.
    expect(selectorsIn('sum(rate(relais_x_total{a=~"b",c!="d"}[5m])) by (e)')).toEqual([
      { name: 'relais_x_total', labels: ['a', 'c'] },
    ]);
  });

  it('leave no metric of ours out, and none names a company, a person or a number', async () => {
    const used = new Set(
      expressions.flatMap(({ expr }) =>
        selectorsIn(expr).map(({ name }) => name.replace(/_(bucket|sum|count)$/, '')),
      ),
    );
    const registered = relais.kernel.metrics.registry.getMetricsAsArray().map(({ name }) => name);
    expect(registered.filter((name) => name.startsWith('relais_') && !used.has(name))).toEqual([]);
    for (const secret of [relais.companyId, 'Harness', 'counted', '237677123456', '+1'])
      expect(text).not.toContain(secret);
  });

  it('are read from the database at most every ten seconds', async () => {
    const { metrics } = relais.kernel;
    let asked = 0;
    const query = relais.kernel.db.ownerPool.query;
    relais.kernel.db.ownerPool.query = ((...args: Parameters<typeof query>) => {
      if (String(args[0]).includes('_private_tasks')) asked += 1;
      return query.apply(relais.kernel.db.ownerPool, args);
    }) as typeof query;
    await Promise.all(Array.from({ length: 20 }, () => metrics.text()));
    relais.kernel.db.ownerPool.query = query;
    expect(asked).toBeLessThanOrEqual(1);
  });

  it.each(['docs/runbook.md', 'docs/runbook.fr.md'])('have a section each in %s', (file) => {
    const headings = [...readFileSync(file, 'utf8').matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
    expect(rules.map(({ alert }) => alert).filter((alert) => !headings.includes(alert))).toEqual([]);
    expect(
      headings.filter(
        (heading) => /^Relais[A-Z]/.test(heading!) && !rules.some(({ alert }) => alert === heading),
      ),
    ).toEqual([]);
    for (const { alert, annotations, labels } of rules) {
      expect(annotations.runbook).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
      expect(['page', 'ticket']).toContain(labels.severity);
    }
  });
});
