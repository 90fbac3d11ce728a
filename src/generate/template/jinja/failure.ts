/** A template that cannot be read or rendered; the message is one for people. */
export class TemplateFailure extends Error {}

export function fail(message: string): never {
  throw new TemplateFailure(message);
}
