import { request } from './client.ts';
import type { Template } from './textTypes.ts';

export type TemplateInput = Pick<Template, 'name' | 'text'>;

export const templates = {
  list: () => request<{ templates: Template[] }>('/inbox/templates'),
  create: (body: TemplateInput) =>
    request<{ template: Template }>('/inbox/templates', { method: 'POST', body }),
  update: (id: string, body: Partial<TemplateInput>) =>
    request<{ template: Template }>(`/inbox/templates/${id}`, { method: 'PATCH', body }),
  remove: (id: string) => request<void>(`/inbox/templates/${id}`, { method: 'DELETE' }),
};
