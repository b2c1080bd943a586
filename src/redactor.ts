/** Knows the secrets of this run and takes them out of text that leaves the program. */
export class Redactor {
  /** Longest first, so that a secret that begins with another one goes as a whole. */
  #forms: string[] = [];

  /** From now on `secret` is replaced, also where it stands percent-encoded or inside a JSON string. */
  add(secret: string | undefined): void {
    // A very short secret would blot out ordinary words, and no credential of Kommo's is that short.
    if (secret === undefined || secret.length < 6) return;
    const forms = new Set([
      ...this.#forms,
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
    ]);
    this.#forms = [...forms].sort((a, b) => b.length - a.length);
  }

  redact(text: string): string {
    return this.#forms.reduce((clean, form) => clean.replaceAll(form, '****'), text);
  }
}
