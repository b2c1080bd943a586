/** An answer before it goes on the wire. */
export interface Answer {
  status: number;
  contentType?: string;
  headers?: Record<string, string>;
  body?: string;
  /** How many records it holds. */
  records?: number;
}

const titles: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  414: 'Request-URI Too Large',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
};

/** An error as problem+json (kommo-api.md §4). */
export function problem(status: number, detail: string, more: Record<string, unknown> = {}): Answer {
  const body = {
    title: titles[status] ?? 'Error',
    type: `https://httpstatus.es/${status}`,
    status,
    detail,
    ...more,
  };
  return { status, contentType: 'application/problem+json', body: JSON.stringify(body) };
}

/** A query that Kommo refuses, with the place in it. */
export function validationProblem(path: string, detail: string): Answer {
  return problem(400, 'Request validation failed', {
    'validation-errors': [{ errors: [{ code: 'InvalidValue', path, detail }] }],
  });
}

/** An unknown path: no `type`, and the path in the detail (observed-data.md §3). */
export function unknownRoute(method: string, path: string): Answer {
  const body = { title: 'Not Found', status: 404, detail: `Cannot ${method} ${path}!` };
  return { status: 404, contentType: 'application/problem+json', body: JSON.stringify(body) };
}

/** A page of the web server in front of Kommo: a ban is 403 in this form (kommo-api.md §4). */
export function htmlPage(status: number, headers: Record<string, string> = {}): Answer {
  const title = `${status} ${titles[status] ?? { 502: 'Bad Gateway', 503: 'Service Temporarily Unavailable', 504: 'Gateway Time-out' }[status] ?? ''}`;
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
  return { status, contentType: 'text/html', headers, body };
}
