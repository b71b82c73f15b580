/** An answer of the API, parsed. */
export interface Answer<Body = Record<string, never>> {
  status: number;
  headers: Headers;
  // Tests read whatever the route documents; the shape is what they check.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  body: Body extends Record<string, never> ? any : Body;
}

/** A caller of the API over real HTTP with fixed headers (an API key, a cookie, a language). */
export interface Client {
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  patch(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  put(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  delete(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** Sends one file as multipart/form-data. */
  upload(path: string, file: { bytes: Uint8Array; filename: string; type: string }): Promise<Answer>;
  /** The same caller with more headers. */
  with(headers: Record<string, string>): Client;
}

export function createClient(baseUrl: string, base: Record<string, string> = {}): Client {
  async function send(
    method: string,
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const raw = body instanceof FormData || typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(body !== undefined && !raw ? { 'content-type': 'application/json' } : {}),
        ...base,
        ...headers,
      },
      ...(body === undefined ? {} : { body: raw ? (body as string | FormData) : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json');
    return {
      status: response.status,
      headers: response.headers,
      body: json && text ? JSON.parse(text) : text,
    };
  }
  return {
    get: (path, headers) => send('GET', path, undefined, headers),
    post: (path, body, headers) => send('POST', path, body, headers),
    patch: (path, body, headers) => send('PATCH', path, body, headers),
    put: (path, body, headers) => send('PUT', path, body, headers),
    delete: (path, headers) => send('DELETE', path, undefined, headers),
    upload(path, file) {
      const form = new FormData();
      form.append(
        'file',
        new Blob([file.bytes as Uint8Array<ArrayBuffer>], { type: file.type }),
        file.filename,
      );
      return send('POST', path, form);
    },
    with: (headers) => createClient(baseUrl, { ...base, ...headers }),
  };
}
