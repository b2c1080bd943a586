/** Keeps secrets out of text that leaves the program. */
export interface Redactor {
  /** From now on `secret` is replaced, also where it is URL-encoded or JSON-escaped. */
  add(secret: string): void;
  /** The text with every known secret replaced. */
  redact(text: string): string;
}

const mask = '***';

/** Shorter "secrets" would blank out ordinary words and numbers and hide nothing worth hiding. */
const shortestSecret = 4;

/** A redactor that knows no secret yet. */
export function createRedactor(): Redactor {
  const forms = new Set<string>();
  let pattern: RegExp | undefined;
  return {
    add(secret) {
      if (secret.length < shortestSecret) return;
      for (const form of formsOf(secret)) forms.add(form);
      // The longest form first, so that a secret that contains another one is replaced as a whole.
      const longestFirst = [...forms].sort((a, b) => b.length - a.length);
      pattern = new RegExp(longestFirst.map(literally).join('|'), 'g');
    },
    redact: (text) => (pattern ? text.replace(pattern, mask) : text),
  };
}

function formsOf(secret: string): string[] {
  const wellFormed = secret.toWellFormed();
  const escaped = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    encodeURIComponent(wellFormed),
    new URLSearchParams([['', wellFormed]]).toString().slice(1),
    escaped,
    // JSON within JSON: a log line that quotes a body.
    JSON.stringify(escaped).slice(1, -1),
    escaped.replaceAll('/', '\\/'),
  ];
}

function literally(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
}
