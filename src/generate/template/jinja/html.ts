const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "'": "&#39;",
  '"': "&#34;",
};

/** As markupsafe escapes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>'"]/g, (char) => entities[char] ?? char);
}

/** Without comments and tags, white space as single blanks, and the usual entities read. */
export function stripTags(text: string): string {
  const plain = cutBetween(cutBetween(text, "<!--", "-->"), "<", ">");
  return readEntities(plain.split(/\s+/).filter(Boolean).join(" "));
}

function cutBetween(text: string, open: string, close: string): string {
  let kept = "";
  let at = 0;
  for (let start = text.indexOf(open); start !== -1; start = text.indexOf(open, at)) {
    const end = text.indexOf(close, start);
    if (end === -1) break;
    kept += text.slice(at, start);
    at = end + close.length;
  }
  return kept + text.slice(at);
}

const read = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["nbsp", "\xa0"],
]);

function readEntities(text: string): string {
  return text.replace(/&(#\d{1,7}|#x[0-9a-f]{1,6}|\w{2,8});/gi, (whole: string, body: string) => {
    if (!body.startsWith("#")) return read.get(body) ?? whole;
    const code = /^#x/i.test(body) ? Number.parseInt(body.slice(2), 16) : Number(body.slice(1));
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
