/** Encrypts what nobody but the holder of a key may read. Neither the key nor the text is ever in a message. */
export interface SecretBox {
  readonly encrypt: (text: string) => Promise<Uint8Array>;
  /**
   * null where the key can only encrypt.
   *
   * @throws InputError where the key is another one, or what was encrypted is damaged
   */
  readonly decrypt: ((bytes: Uint8Array) => Promise<string>) | null;
}
