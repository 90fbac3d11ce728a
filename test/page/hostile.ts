/** What would set `window.pwned`, in the many ways of HTML and Markdown, if a page let it. */
const run = "window.pwned=1";

/** For where plain text is shown: names, file names, errors. No longer than a name may be. */
export const hostileName = `"><img src=x onerror="${run}"><script>${run}</script>{{constructor}}\${${run}}`;

/** As a model may write them, one after the other. After OWASP's cheat sheet and DOMPurify's own tests. */
export const hostileMarkdown: readonly string[] = [
  // Tags, whole and nested, and those with handlers that need nobody.
  `<script>${run}</script><scr<script>ipt>${run}</scr</script>ipt>`,
  `<img src=x onerror=${run}><svg onload=${run}><svg><script href="data:,${run}"/></svg>`,
  `<details open ontoggle=${run}><summary>x</summary></details><video><source onerror=${run}></video>`,
  `<iframe srcdoc="<script>parent.${run}</script>"></iframe><object data="data:text/html,x"></object><embed src=x>`,
  `<br onclick=${run}><br/onmouseover=${run}><body onpageshow=${run}><input autofocus onfocus=${run}>`,
  `<form action="javascript:${run}"><button id=page class=panel>Log in</button></form><base href="//elsewhere.example/">`,
  '<meta http-equiv="refresh" content="0;url=//elsewhere.example/"><link rel=stylesheet href="//elsewhere.example/a.css">',
  '<style>@import "//elsewhere.example/a.css";body{display:none}</style><p style="position:fixed;inset:0">over all</p>',
  // What parses differently the second time.
  `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${run}&gt;">`,
  `<svg></p><style><a id="</style><img src=1 onerror=${run}>"></svg><noscript><p title="</noscript><img src=x onerror=${run}>">`,
  `<form><math><mtext></form><form><mglyph><style></math><img src onerror=${run}></style></mglyph></form>`,
  // Links and pictures of Markdown.
  `[a](javascript:${run}) [b](JaVaScRiPt&colon;${run}) [c](java&#10;script:${run}) [d](<javascript:${run}>)`,
  `[e](data:text/html,<script>${run}</script>) [f](vbscript:x) [g](blob:x) [h](//elsewhere.example/) [i][ref]\n\n[ref]: javascript:${run}`,
  `![j](x"onerror="${run}) ![k](http://elsewhere.example/a.png "t"onerror="${run}") <javascript:${run}>`,
  `[l](http://elsewhere.example/"onmouseover="${run}) [m](http://elsewhere.example/ '"onfocus=${run} autofocus="')`,
  `<http://elsewhere.example/"onmouseover=${run}//> https://elsewhere.example/"onmouseover="${run}`,
  // In what Markdown makes of the rest.
  `# <img src=x onerror=${run}>\n\n| <b onclick=${run}>a</b> |\n| --- |\n| <img src=x onerror=${run}> |\n\n- [ ] <script>${run}</script>`,
  `\`\`\`html"onclick="${run}\n</code></pre><script>${run}</script>\n\`\`\`\n\n\`</code><img src=x onerror=${run}>\``,
];

/** Cut in pieces that end within tags and entities, as tokens do. */
export function toPieces(text: string, size = 7): string[] {
  return text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
}

/** What may be in an answer as it is shown. */
export const harmless = new Set(
  "a b blockquote br code del details em h1 h2 h3 h4 h5 h6 hr li ol p pre strong summary table tbody td th thead tr ul".split(
    " ",
  ),
);
