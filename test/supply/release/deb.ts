import { version } from "../../../src/version.ts";
import { readText } from "../text.ts";
import { renderAr } from "./ar.ts";
import type { CommonParts } from "./contents.ts";
import { type Architecture, architectures } from "./runtime.ts";
import { compress, compressText, type Entry, renderTar } from "./tar.ts";

export interface DebOptions {
  /** `Name <mail>` */
  maintainer: string;
  /** In seconds since 1970. */
  mtime: number;
}

/** A hyphen would start Debian's own revision; a tilde sorts before the release itself (deb-version(7)). */
const debianVersion = version.replaceAll("-", "~");

export const toDebName = (architecture: Architecture) =>
  `ov-llm_${debianVersion}_${architectures[architecture].debian}.deb`;

/** The Debian package (deb(5)): the executable for everybody, and the service for each user who enables it. */
export function renderDeb(
  architecture: Architecture,
  executable: Uint8Array,
  parts: CommonParts,
  options: DebOptions,
): Uint8Array {
  const { mtime } = options;
  const files = [...listFiles(parts, options), toEntry("usr/lib/ov-llm/ov-llm", executable, 0o755)];
  const link = { ...toEntry("usr/bin/ov-llm", ""), mode: 0o777, link: "../lib/ov-llm/ov-llm" };
  const control = [
    toEntry("control", renderControl(architecture, files, options)),
    toEntry("md5sums", renderMd5Sums(files)),
  ];
  return renderAr(
    [
      { path: "debian-binary", bytes: Buffer.from("2.0\n") },
      { path: "control.tar.gz", bytes: compress(renderTar(control, mtime)) },
      { path: "data.tar.gz", bytes: compress(renderTar([...files, link], mtime)) },
    ],
    mtime,
  );
}

function toEntry(path: string, content: string | Uint8Array, mode = 0o644): Entry {
  return { path: `./${path}`, bytes: typeof content === "string" ? Buffer.from(content) : content, mode };
}

function listFiles({ sbom, man, completions }: CommonParts, options: DebOptions): Entry[] {
  const { mtime } = options;
  const unit = readText("ov-server.service").replace("ExecStart=%h/.local/bin/", "ExecStart=/usr/bin/");
  const doc = "usr/share/doc/ov-llm";
  const hardening = readText("docs/ov-server-hardening.conf");
  return [
    toEntry("usr/lib/systemd/user/ov-server.service", unit),
    toEntry("usr/share/bash-completion/completions/ov-llm", completions.bash),
    toEntry("usr/share/zsh/vendor-completions/_ov-llm", completions.zsh),
    toEntry("usr/share/fish/vendor_completions.d/ov-llm.fish", completions.fish),
    toEntry("usr/share/man/man1/ov-llm.1.gz", compressText(man)),
    toEntry("usr/share/lintian/overrides/ov-llm", readText("test/supply/release/lintian-overrides")),
    toEntry(`${doc}/copyright`, renderCopyright(mtime)),
    toEntry(`${doc}/third-party.gz`, compressText(readText("THIRD_PARTY_LICENSES.txt"))),
    toEntry(`${doc}/changelog.gz`, compressText(renderChangelog(options))),
    toEntry(`${doc}/NEWS.gz`, compressText(readText("CHANGELOG.md"))),
    toEntry(`${doc}/examples/ov-server-hardening.conf`, hardening),
    toEntry(`${doc}/ov-llm.cdx.json.gz`, compressText(sbom)),
  ];
}

function renderControl(
  architecture: Architecture,
  files: readonly Entry[],
  { maintainer }: DebOptions,
): string {
  const kilobytes = Math.ceil(files.reduce((sum, { bytes }) => sum + bytes.length, 0) / 1024);
  return `Package: ov-llm
Version: ${debianVersion}
Architecture: ${architectures[architecture].debian}
Maintainer: ${maintainer}
Installed-Size: ${kilobytes}
Depends: libc6 (>= 2.17)
Recommends: python3 (>= 3.10), python3-venv
Section: net
Priority: optional
Description: OpenAI-compatible model server for Intel hardware
 Converts, registers and serves models with OpenVINO GenAI on CPU, GPU and NPU,
 over the APIs of OpenAI, Anthropic, Ollama and llama.cpp.
 .
 Each user installs the engine with "ov-llm setup --starter" and starts the
 server with "systemctl --user enable --now ov-server".
`;
}

function renderMd5Sums(files: readonly Entry[]): string {
  const rows = files.map(({ path, bytes }): [string, string] => [
    path.slice(2),
    new Bun.CryptoHasher("md5").update(bytes).digest("hex"),
  ]);
  return rows.map(([path, sum]) => `${sum}  ${path}\n`).join("");
}

/** Debian's own form; what changed is in the project's, which is beside it. */
function renderChangelog({ maintainer, mtime }: DebOptions): string {
  // As RFC 5322 has it, with a numeric zone.
  const date = new Date(mtime * 1000).toUTCString().replace("GMT", "+0000");
  return `ov-llm (${debianVersion}) unstable; urgency=medium\n\n  * What changed is in NEWS.gz.\n\n -- ${maintainer}  ${date}\n`;
}

/** In the form of Debian's copyright files 1.0. */
function renderCopyright(mtime: number): string {
  const year = new Date(mtime * 1000).getUTCFullYear();
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: ov-llm

Files: *
Copyright: ${year} the authors of ov-llm
License: Apache-2.0
 On Debian systems the full text is in /usr/share/common-licenses/Apache-2.0.

Files: usr/lib/ov-llm/ov-llm
Copyright: ${year} the authors of ov-llm, of Bun and of the packages inside it
License: Apache-2.0 and others
 The executable contains Bun and npm packages, each under its own licence;
 third-party.gz beside this file has them all.
`;
}
