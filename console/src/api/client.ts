/** An answer of the API that is not a success: its sentence (in the reader's language) and what finds it in the logs. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: unknown;
  readonly requestId: string | null;

  constructor(
    status: number,
    body: { error?: string; message?: string; code?: string; details?: unknown; requestId?: string | null },
  ) {
    super(body.error ?? body.message ?? '');
    this.status = status;
    this.code = body.code ?? (status === 0 ? 'offline' : 'unknown');
    this.details = body.details;
    this.requestId = body.requestId ?? null;
  }
}

/** What every request carries: set by the language switch and by the session. */
export const requestContext: { language: string; companyId: string | null } = {
  language: 'en',
  companyId: null,
};

export type Query = Record<string, string | number | boolean | null | undefined>;

interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** The path with its query; empty values are left out. */
export function withQuery(path: string, query: Query = {}): string {
  const entries = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  );
  const text = new URLSearchParams(entries.map(([key, value]) => [key, String(value)])).toString();
  return text ? `${path}?${text}` : path;
}

/** Headers of every request: the reader's language, and the company on this tab's screen rather than the session's last one. */
export function baseHeaders(): Record<string, string> {
  const { language, companyId } = requestContext;
  return {
    accept: 'application/json',
    'accept-language': language,
    ...(companyId ? { 'x-company-id': companyId } : {}),
  };
}

/** One JSON request. @throws ApiError with status 0 when the server cannot be reached. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(path, options);
  if (response.status === 204) return undefined as T;
  return (await response.json().catch(() => ({}))) as T;
}

/** A file answered by the API, e.g. a list as CSV. */
export async function requestFile(path: string, query?: Query): Promise<Blob> {
  const response = await send(path, { query, headers: { accept: '*/*' } });
  return response.blob();
}

async function send(
  path: string,
  { method = 'GET', query, body, headers, signal }: RequestOptions,
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(withQuery(path, query), {
      method,
      signal,
      headers: {
        ...baseHeaders(),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, {});
  }
  if (!response.ok) throw await toApiError(response);
  return response;
}

async function toApiError(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => null)) as Record<string, string> | null;
  return new ApiError(response.status, { requestId: response.headers.get('x-request-id'), ...body });
}
