/** The address of a release without the name and password that it may hold, to be shown and kept. */
export function toShownUrl(url: string): string {
  return url.replace(/\/\/[^/]*@/, "//");
}
