/** A template that cannot be read or rendered; the message is one for people. */
export class TemplateFailure extends Error {}

/** It used what is undefined: the filter `default` and the like answer to it as to any other failure. */
export class UndefinedFailure extends TemplateFailure {}

export function fail(message: string): never {
  throw new TemplateFailure(message);
}
