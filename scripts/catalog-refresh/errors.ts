/** Something that stops the refresh: the message says what was found, `remedy` what to do about it. */
export class RefreshError extends Error {
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RefreshError';
    this.remedy = remedy;
  }
}
