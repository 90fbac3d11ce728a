#!/usr/bin/env bash
# Installs ov-llm for the user who runs it, without root. Run it again to upgrade. See --help.

# Where the files of the release lie that this came with; empty in a checkout. `bun run release --url` writes it.
release_url=

# What runs when this comes through a pipe, in whatever shell: fetches the release for this machine, checks its sum and
# gives way to the install.sh in it.
install_release() {
  refuse() {
    printf 'install.sh: %s\n  Next: %s\n' "$1" "$2" >&2
    exit 1
  }
  get() {
    code=0
    if command -v curl >/dev/null 2>&1; then
      curl -fsSL --connect-timeout 20 --speed-limit 1000 --speed-time 60 -o "$folder/$1" "$url/$1" || code=$?
    else
      wget -q -T 60 -O "$folder/$1" "$url/$1" || code="wget $?"
    fi
    case $code in
    0) ;;
    # Where they cannot write.
    23 | "wget 3") refuse "$1 could not be written to $folder" "check the free disk space there, or set TMPDIR to a folder with more, then run it again" ;;
    *) refuse "$shown/$1 could not be fetched" "check the network (a proxy in HTTPS_PROXY?) and the address, then run it again" ;;
    esac
  }
  # The rest of this text, so that the curl before the pipe may end.
  case $- in *s*) cat >/dev/null ;; esac
  url=${OV_RELEASE_URL:-$release_url}
  url=${url%/}
  # It may hold a password.
  shown=$(printf '%s' "$url" | sed 's#//[^/]*@#//#')
  case $url in
  http://?* | https://?*) ;;
  *) refuse "\"$shown\" is not the address of a release" "set OV_RELEASE_URL to the address of the folder that holds its install.sh and SHA256SUMS" ;;
  esac
  case "$(uname -s) $(uname -m)" in
  "Linux x86_64") machine=linux-x64 ;;
  "Linux aarch64") machine=linux-arm64 ;;
  *) refuse "ov-llm runs on Linux on x86-64 or arm64, and this is $(uname -s) on $(uname -m)" "use another machine" ;;
  esac
  for program in bash tar gzip sha256sum sed mktemp; do
    command -v "$program" >/dev/null 2>&1 || refuse "it needs $program, which is not installed" "install $program, then run it again"
  done
  folder=$(mktemp -d "${TMPDIR:-/tmp}/ov-llm-release.XXXXXX") ||
    refuse "$(id -un) cannot write to ${TMPDIR:-/tmp}" "set TMPDIR to a folder that you can write to"
  trap 'rm -rf -- "$folder"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  trap 'exit 129' HUP
  get SHA256SUMS
  archive=$(sed -n "s/^[0-9a-f]\{64\} [ *]\(ov-llm-[0-9A-Za-z.+-]*-$machine\.tar\.gz\)\$/\1/p" "$folder/SHA256SUMS" | head -n 1)
  [ -n "$archive" ] || refuse "the release at $shown has no archive for $machine" "choose another release, or install from a checkout"
  printf 'Fetching %s\n' "$archive"
  get "$archive"
  grep -F -- "$archive" "$folder/SHA256SUMS" | (cd -- "$folder" && sha256sum -c >/dev/null 2>&1) ||
    refuse "the $archive that was fetched has another sha256 than the release lists" "run it again; if that does not help, a proxy or mirror changes it"
  tar -xzf "$folder/$archive" --no-same-owner -C "$folder" || refuse "$archive could not be unpacked" "check the free disk space, then run it again"
  # install.sh removes the folder in the end.
  unset OV_RELEASE_URL
  INSTALL_SOURCE=$url exec bash "$folder/${archive%.tar.gz}/install.sh" "$@"
}

# bash names the file that it reads; of another shell it is $0.
if [ -z "${BASH_SOURCE-}" ] && ! { [ -z "${BASH_VERSION-}" ] && [ -f "$0" ] && grep -q '^# Installs ov-llm' "$0"; }; then
  install_release "$@"
fi

# `sh install.sh`, with a shell that is not bash: bash takes over.
if [ -z "${BASH_VERSION-}" ]; then
  if command -v bash >/dev/null 2>&1; then exec bash "$0" "$@"; fi
  printf 'install.sh: it needs bash, which is not installed\n  Next: install bash, then run: bash install.sh\n' >&2
  exit 1
fi
set +o posix
set -Eeuo pipefail

# What `bun --version` prints, the sha512 of npm's packages of it, and the sha256 of the executable in them, which is the
# same in bun's own release. `bun run locks npm` writes the hashes.
bun_version=1.4.4
bun_package_sha512_x64=0876db9261d5336f13d4616afba18be00a38ba3c306308f50b1145c041732da9cf7cdb0877d0216c83f4438ade5ae5819068a6524a10ca0acaed1823b63defa2
bun_package_sha512_aarch64=65356da5ff7398748154f5f5b01c1ee5a8066ffacddf8c8f1a0fc76f2f1ed80c76b82500d944592a5647eea2e7b4aeea68524231787dbf4196358376cc8373d7
bun_sha256_x64=10702245766b225e70bbf6235fd6b47214fd94b4760d00ffaed8ab0df57ac235
bun_sha256_aarch64=354c2b049c716aca07b2e5cddb887928ac58950675d1258bb6312083917793b6
repo="$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)"
unit=ov-server.service
# In an unpacked release, and where it is installed, the executable is there already.
built=""
if [[ -f $repo/ov-llm ]]; then built=yes; fi
# The folder of `install_release`, which goes in the end; whether another version was here before.
fetched="" replaced=""
if [[ -n ${INSTALL_SOURCE-} && $(dirname -- "$repo") == */ov-llm-release.?????? ]]; then fetched="$(dirname -- "$repo")"; fi
# The longest that one step may take, in seconds.
longest=${INSTALL_SECONDS:-1800}

usage() {
  cat <<'HELP'
Usage: install.sh [options]

Installs ov-llm for the current user and starts it. In a checkout it builds the executable first. It needs
no root. Run it again to upgrade: models, the registry and the settings stay as they are, and the previous
version is kept (ov-llm upgrade --rollback).

  (no option)   install, serve (as a systemd user service, or in the foreground without systemd) and ask a
                first question
  --no-serve    install, and stop before serving
  --lan         listen on every interface, with an API key that it creates and shows
  --ollama      also serve Ollama's API on its own port, 11434
  --page-off    do not serve the page for browsers
  --uninstall   remove everything but models, the registry and the settings
  --help        print this

It installs to ~/.local/bin/ov-llm, ~/.local/lib/ov-llm and ~/.local/share/ov-llm. Settings are in
~/.config/ov-llm-server/ov-server.env; the first run writes the OV_ variables of the environment there.
A step may take INSTALL_SECONDS, 1800 by default: raise it on a slow network. Through a pipe, as in
curl -fsSL ADDRESS/install.sh | sh, it fetches the release at OV_RELEASE_URL; options go after
"sh -s --".
HELP
}

say() { printf '%s\n' "$*"; }

# fail WHAT NEXT: what failed, and the next step.
fail() {
  printf 'install.sh: %s\n  Next: %s\n' "$1" "$2" >&2
  if [[ -n $replaced ]]; then printf '  Or return to the previous version: %s upgrade --rollback\n' "$exe" >&2; fi
  exit 1
}

# --- steps ---------------------------------------------------------------------------------------------

# bounded COMMAND...: runs it in a process group of its own, so that a Ctrl-C arrives here and ends all of it.
# Reports every 15 seconds that it still runs. Returns its exit code, 124 after $longest seconds.
child=""
bounded() {
  local code=0 started=$SECONDS next=15
  set -m
  "$@" </dev/null 3>&- 4>&- 9>&- &
  child=$!
  set +m
  while kill -0 "$child" 2>/dev/null; do
    if ((SECONDS - started >= longest)); then
      stop_child
      return 124
    fi
    if ((SECONDS - started >= next)); then
      printf '  … %s s\n' "$((SECONDS - started))" >&3
      next=$((next + 15))
    fi
    sleep 0.2
  done
  wait "$child" 2>/dev/null || code=$?
  child=""
  # It was stopped by a signal that came to it alone: what it reports then is not what went wrong.
  if ((code == 130)); then interrupted "stopped by Ctrl-C" 130; fi
  return "$code"
}

# Ten seconds to clean up, then all of the group is killed.
stop_child() {
  local try
  [[ -n $child ]] || return 0
  kill -TERM -- "-$child" 2>/dev/null || true
  for ((try = 0; try < 50; try++)); do
    kill -0 "$child" 2>/dev/null || break
    sleep 0.2
  done
  kill -KILL -- "-$child" 2>/dev/null || true
  wait "$child" 2>/dev/null || true
  child=""
}

# step WHAT NEXT COMMAND...: a noisy command; what it said is shown only when it fails, the error first.
step() {
  local what=$1 next=$2 code=0
  shift 2
  bounded "$@" >"$scratch/log" 2>&1 || code=$?
  ((code == 0)) && return
  show_log
  if ((code == 124)); then fail "$what within $longest s" "on a slow network, run: INSTALL_SECONDS=$((longest * 4)) install.sh"; fi
  fail "$what" "$next"
}

# The last lines of the last step; of npm those that name the error.
show_log() {
  local errors
  errors="$(grep -E '^npm (error|ERR!)' "$scratch/log" | grep -vE 'complete log|debug-[0-9]' | head -n 8)" || true
  if [[ -n $errors ]]; then printf '%s\n' "$errors" >&2; else tail -n 15 -- "$scratch/log" >&2; fi
}

# --- leaving nothing behind ----------------------------------------------------------------------------

scratch="" temporary=() made=()

# make_dir PATH: with its parents; those that are new and still empty go when this fails.
make_dir() {
  local path=$1 missing=()
  while [[ ! -e $path ]]; do
    missing=("$path" ${missing[@]+"${missing[@]}"})
    path="$(dirname -- "$path")"
  done
  mkdir -p -- "$1"
  made+=(${missing[@]+"${missing[@]}"})
}

# Sets `new` to an empty file beside PATH, which goes when this ends before it is renamed.
new_beside() {
  new="$(mktemp "$(dirname -- "$1")/.$(basename -- "$1").XXXXXX")"
  temporary+=("$new")
}

on_exit() {
  local code=$? index
  rm -rf -- ${scratch:+"$scratch"} ${fetched:+"$fetched"} ${temporary[@]+"${temporary[@]}"}
  if ((code != 0)); then
    for ((index = ${#made[@]} - 1; index >= 0; index--)); do rmdir -- "${made[index]}" 2>/dev/null || true; done
  fi
}

# interrupted WHAT CODE
interrupted() {
  trap '' INT TERM HUP
  stop_child
  printf '\ninstall.sh: %s; no half-written file is left\n  Next: run install.sh again to continue\n' "$1" >&4
  exit "$2"
}

heed_signals() {
  trap 'interrupted "stopped by Ctrl-C" 130' INT
  trap 'interrupted "stopped by SIGTERM" 143' TERM
  trap 'interrupted "stopped, since its terminal was closed" 129' HUP
}

# on_error LINE COMMAND: whatever has no message of its own.
on_error() {
  printf 'install.sh: stopped at line %s: %s\n  Next: see the line above; check permissions and free disk space, then run install.sh again\n' "$1" "$2" >&4
}

# --- one at a time -------------------------------------------------------------------------------------

# Two in one home would take each other's half-written files for scrap. The kernel's lock on the home folder itself ends with
# this process and leaves no file; what a killed one was just running may hold it for a moment. Without flock, or where the home
# takes no locks, nobody waits for anybody.
lock_home() {
  local code=0
  command -v flock >/dev/null && { exec 9<"$HOME"; } 2>/dev/null || return 0
  flock -w 3 -E 75 9 2>/dev/null || code=$?
  if ((code == 75)); then fail "another install.sh is running for $HOME" "wait until it ends, then run install.sh again"; fi
}

# What is started to stay does not hold it.
unlock_home() { exec 9<&-; }

# --- what must be so -----------------------------------------------------------------------------------

# The nearest folder of PATH that exists.
existing() {
  local path=$1
  while [[ ! -e $path ]]; do path="$(dirname -- "$path")"; done
  printf '%s' "$path"
}

check_machine() {
  local path place
  case "$(uname -s) $(uname -m)" in
  "Linux x86_64" | "Linux aarch64") ;;
  *) fail "ov-llm runs on Linux on x86-64 or arm64, and this is $(uname -s) on $(uname -m)" "use another machine" ;;
  esac
  if [[ "$(ldd --version 2>&1 || true)" == *musl* ]]; then
    fail "this system uses the C library musl, and ov-llm and its engine need glibc" "run it in a container: docs/container.md"
  fi
  if [[ -e /etc/NIXOS && -z ${NIX_LD-} ]]; then
    fail "NixOS cannot run programs that were built for other distributions" "set programs.nix-ld.enable = true, log in again, then run install.sh again"
  fi
  for path in "$lib" "$bin_dir" "$share" "$config_dir" "$HOME/.cache"; do
    place="$(existing "$path")"
    [[ -d $place ]] || fail "$place is in the way: it is not a folder" "move it away, then run install.sh again"
    [[ -w $place && -x $place ]] ||
      fail "$(id -un) cannot write to $place" "run: sudo chown -R $(id -un) '$place' (or check that its disk is not read-only)"
  done
  place="${TMPDIR:-/tmp}"
  [[ -d $place && -w $place && -x $place ]] || fail "$(id -un) cannot write to $place" "set TMPDIR to a folder that you can write to"
}

# free_mb PATH: free megabytes and where its file system is mounted; nothing where df cannot say.
free_mb() { df -Pk -- "$1" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024), $6 }'; }

# Megabytes: the packages and the build; the engine with its packages, bun, three executables and the starter model.
check_space() {
  local build=600 home=1600 build_free build_at home_free home_at
  if [[ -e $share/runtime ]]; then home=500; fi
  if [[ -n $built ]]; then build=10; fi
  read -r build_free build_at <<<"$(free_mb "${TMPDIR:-/tmp}")" || true
  read -r home_free home_at <<<"$(free_mb "$(existing "$share")")" || true
  if [[ $build_at == "$home_at" ]]; then home=$((home + build)); fi
  if [[ -n $home_free ]] && ((home_free < home)); then
    fail "there are $home_free MB free on $home_at, and this needs $home MB" "free some space there (du -xh --max-depth=2 '$home_at' | sort -h shows where it is), then run install.sh again"
  fi
  if [[ -n $build_free ]] && ((build_free < build)); then
    fail "there are $build_free MB free on $build_at, and this needs $build MB" "free some space there, or set TMPDIR to a folder with more, then run install.sh again"
  fi
}

# --- bun -----------------------------------------------------------------------------------------------

is_new_enough() {
  local have want index
  [[ $1 =~ ^[0-9]+\.[0-9]+\.[0-9]+ ]] || return 1
  IFS=. read -ra have <<<"${BASH_REMATCH[0]}"
  IFS=. read -ra want <<<"$bun_version"
  for index in 0 1 2; do
    if ((have[index] != want[index])); then
      ((have[index] > want[index]))
      return
    fi
  done
}

# Sets `bun` to one that runs: npm leaves a placeholder in its place when it may not run its install script.
find_bun() {
  local candidate
  for candidate in "$(command -v bun || true)" "$HOME/.bun/bin/bun" "$share/bun/bin/bun" \
    "$share/bun/node_modules/.bin/bun" "$share"/bun/node_modules/@oven/bun-*/bin/bun; do
    if [[ -x $candidate ]] && is_new_enough "$("$candidate" --version 2>/dev/null || true)"; then
      bun=$candidate
      return 0
    fi
  done
  return 1
}

# Only the executable that is pinned above is ever run.
bring_bun() {
  local platform=x64 sha256=$bun_sha256_x64 sha512=$bun_package_sha512_x64
  if [[ $(uname -m) == aarch64 ]]; then platform=aarch64 sha256=$bun_sha256_aarch64 sha512=$bun_package_sha512_aarch64; fi
  if command -v npm >/dev/null && fetch_with_npm "$platform" "$sha512" && take_bun "$sha256"; then return; fi
  if command -v curl >/dev/null && fetch_with_curl "$platform" && take_bun "$sha256"; then return; fi
  if ! command -v npm >/dev/null && ! command -v curl >/dev/null; then
    fail "bun $bun_version or newer is not installed, nor is npm or curl to fetch it with" "run: sudo apt install npm (or curl), then install.sh again"
  fi
  fail "bun $bun_version or newer is not installed, and it could not be fetched" \
    "check the network (a proxy in HTTPS_PROXY?) or install bun $bun_version yourself, then run install.sh again"
}

# fetch_with_npm PLATFORM SHA512: the executable as $scratch/bun. npm's own error is shown. No script of a package runs,
# and nothing is unpacked that is not the pinned package.
fetch_with_npm() {
  local code=0 package="$scratch/oven-bun-linux-$1-$bun_version.tgz"
  say "Fetching bun $bun_version with npm (52 MB)"
  bounded npm pack --pack-destination "$scratch" --cache "$scratch/npm" --fetch-retries=1 --fetch-timeout=60000 --fetch-retry-maxtimeout=10000 \
    "@oven/bun-linux-$1@$bun_version" >"$scratch/log" 2>&1 || code=$?
  if ((code == 0)); then
    is_pinned sha512sum "$package" "$2" "bun's package" || return 1
    if tar -xzOf "$package" package/bin/bun >"$scratch/bun" 2>>"$scratch/log"; then return 0; fi
  fi
  show_log
  if ((code == 124)); then say "npm did not end within $longest s" >&2; fi
  say "npm could not fetch bun (exit code $code)" >&2
  return 1
}

# fetch_with_curl PLATFORM: the executable as $scratch/bun, out of bun's own release.
fetch_with_curl() {
  local name="bun-linux-$1" code=0
  say "Fetching bun $bun_version with curl (40 MB)"
  bounded curl -fsSL --connect-timeout 20 --speed-limit 1000 --speed-time 60 -o "$scratch/bun.zip" \
    "https://github.com/oven-sh/bun/releases/download/bun-v$bun_version/$name.zip" >"$scratch/log" 2>&1 || code=$?
  if ((code == 0)); then
    { unzip -p "$scratch/bun.zip" "$name/bun" || unzip_with_python "$scratch/bun.zip" "$name/bun"; } >"$scratch/bun" 2>>"$scratch/log" && return 0
  fi
  show_log
  say "curl could not fetch bun (exit code $code)" >&2
  return 1
}

unzip_with_python() {
  python3 -c 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))' "$1" "$2"
}

# is_pinned PROGRAM FILE HASH WHAT: whether that is what sha256sum or sha512sum says of the file.
is_pinned() {
  local have
  have="$("$1" -- "$2" 2>/dev/null)" || true
  if [[ ${have%% *} == "$3" ]]; then return 0; fi
  say "The fetched file is not $4 $bun_version: its ${1%sum} is ${have%% *}, expected $3" >&2
  return 1
}

# take_bun SHA256: $scratch/bun into its place, if it is that one.
take_bun() {
  is_pinned sha256sum "$scratch/bun" "$1" bun || return 1
  make_dir "$share/bun/bin"
  new_beside "$share/bun/bin/bun"
  cp -- "$scratch/bun" "$new"
  chmod 755 -- "$new"
  mv -f -- "$new" "$share/bun/bin/bun"
  find_bun
}

# --- the executable ------------------------------------------------------------------------------------

# Built in a scratch copy: the checkout stays untouched, whoever owns it.
build() {
  local copy="$scratch/build" name
  mkdir -p -- "$copy"
  for name in package.json bun.lock bunfig.toml tsconfig.json LICENSE THIRD_PARTY_LICENSES.txt src cli; do
    cp -R -- "$repo/$name" "$copy/$name"
  done
  cd -- "$copy"
  say "Fetching the packages of ov-llm"
  step "the packages of ov-llm could not be fetched" "check the network, then run install.sh again" \
    "$bun" install --frozen-lockfile --production
  say "Building ov-llm"
  step "ov-llm could not be built" "check the free disk space, then run install.sh again" \
    env "PATH=$(dirname -- "$bun"):$PATH" "$bun" run build
  cd -- "$HOME"
  cp -- "$repo/install.sh" "$repo/$unit" "$copy/dist/"
  install_parts "$copy/dist"
}

# What was unpacked must be what was packed.
check_parts() {
  [[ -f $repo/SHA256SUMS ]] || return 0
  (cd -- "$repo" && sha256sum --quiet -c SHA256SUMS >&2) ||
    fail "$repo does not match its SHA256SUMS: the files above are missing or changed" "unpack its archive again, then run install.sh there"
}

without_password() { sed 's#//[^/]*@#//#'; }

# Where this version came from, for `ov-llm upgrade`: "checkout FOLDER", "release URL", or "release" of an unknown place.
source_line() {
  local url
  url="$(without_password <<<"${INSTALL_SOURCE:-$release_url}")"
  if [[ -z $built ]]; then
    printf 'checkout %s\n' "$repo"
  elif [[ -f $repo/source ]]; then
    without_password <"$repo/source"
  elif [[ $url =~ ^https?://[^[:space:]]+$ ]]; then
    printf 'release %s\n' "$url"
  else
    printf 'release\n'
  fi
}

has_same_sum() { [[ $(sha256sum <"$1") == "$(sha256sum <"$2")" ]]; }

# install_parts FOLDER: its parts to $lib, what was there before to $lib/previous. Sets `replaced` when there was another
# executable. By renames, never a write in place: a server that runs the old executable is not disturbed. Wherever it is
# killed, the old executable or the new one is in its place, $lib/previous is whole, and the next run completes it.
install_parts() {
  local from=$1 new
  make_dir "$lib"
  make_dir "$bin_dir"
  switch_parts
  # What one that was killed has left.
  rm -rf -- "$lib"/.new.* "$lib"/.old.*
  new="$(mktemp -d "$lib/.new.XXXXXX")"
  temporary+=("$new")
  fill_parts "$from" "$new" ||
    fail "the new version could not be written to $lib; the previous one is unchanged" "check the free disk space there, then run install.sh again"
  step "the new executable does not run" "check that this is the release for $(uname -m), and that $lib is not on a file system mounted noexec" "$new/ov-llm" --version
  trap '' INT TERM HUP
  if [[ -f $exe ]] && ! has_same_sum "$exe" "$new/ov-llm"; then
    keep_parts "$new" || fail "the previous version could not be kept in $lib; it is unchanged" "check the free disk space there, then run install.sh again"
    replaced=yes
  fi
  mv -T -- "$new" "$lib/.next"
  switch_parts
  drop_kept
  heed_signals
  ln -sfn -- "$exe" "$bin_dir/ov-llm"
  say "Installed ov-llm $("$exe" --version) as $bin_dir/ov-llm"
}

# fill_parts FROM TO: on the disk, before a rename gives them their names.
fill_parts() {
  local part
  for part in "${parts[@]}"; do cp -- "$1/$part" "$2/$part" || return 1; done
  source_line >"$2/source" || return 1
  chmod 644 -- "$2"/* && chmod 755 -- "$2/ov-llm" "$2/install.sh" || return 1
  sync -- "$2"/* 2>/dev/null || true
}

# What is in $lib/.next to its place, the executable after the small files; it is there only while this runs.
switch_parts() {
  local path
  [[ -d $lib/.next ]] || return 0
  for path in "$lib"/.next/*; do
    if [[ -f $path && $path != */ov-llm ]]; then mv -f -- "$path" "$lib/"; fi
  done
  if [[ -f $lib/.next/ov-llm ]]; then mv -f -- "$lib/.next/ov-llm" "$exe"; fi
  if [[ -L $lib/.next/previous ]]; then
    # It was a folder once.
    if [[ ! -L $lib/previous ]]; then rm -rf -- "$lib/previous"; fi
    mv -fT -- "$lib/.next/previous" "$lib/previous"
  fi
  rmdir -- "$lib/.next"
}

# keep_parts NEW: what is in place to a folder of its own, and a link that leads there to NEW/previous. What an older version
# had not, it gets of the new one.
keep_parts() {
  local old kept part
  old="$(mktemp -d "$lib/.old.XXXXXX")" || return 1
  temporary+=("$old")
  # Links, not renames: a process that runs the executable is still found by its old name.
  for part in "${parts[@]}" source; do
    if [[ ! -f $lib/$part ]]; then
      cp -- "$1/$part" "$old/$part" || return 1
    else
      ln -- "$lib/$part" "$old/$part" 2>/dev/null || cp -p -- "$lib/$part" "$old/$part" || return 1
    fi
  done
  kept=".kept.${old##*.}"
  mv -T -- "$old" "$lib/$kept" && ln -s -- "$kept" "$1/previous"
}

# Of all that were kept, only the version before stays.
drop_kept() {
  local path before
  before="$(readlink -- "$lib/previous")" || true
  for path in "$lib"/.kept.*; do
    if [[ ${path##*/} != "$before" ]]; then rm -rf -- "$path"; fi
  done
}

# --- settings ------------------------------------------------------------------------------------------

setting_names() { "$exe" setup --print-settings | sed -n 's/^#\(OV_[A-Z_]*\)=.*/\1/p'; }

# file_setting NAME: its value in the settings file, or nothing.
file_setting() {
  [[ -r $settings ]] || return 0
  sed -n "s/^[[:space:]]*\(export \)\{0,1\}$1=//p" -- "$settings" | tail -n 1 | sed -e 's/^"\(.*\)"$/\1/' -e "s/^'\(.*\)'\$/\1/"
}

# setting NAME DEFAULT: as the program reads it: environment, settings file, default.
setting() {
  local value=${!1-}
  [[ -n $value ]] || value="$(file_setting "$1")"
  printf '%s' "${value:-$2}"
}

# A value as the settings file wants it: quoted where it holds more than plain characters.
quote() {
  case $1 in
  *[!A-Za-z0-9_./:,@%+=~-]*) if [[ $1 == *\'* ]]; then printf '"%s"' "$1"; else printf "'%s'" "$1"; fi ;;
  *) printf '%s' "$1" ;;
  esac
}

# set_setting NAME VALUE: in the place of its line, commented or not; else at the end. A symbolic link stays one.
set_setting() {
  local place new
  place="$(readlink -f -- "$settings")"
  new_beside "$place"
  NAME=$1 VALUE=$(quote "$2") awk '
    !done && ($0 ~ "^#?" ENVIRON["NAME"] "=") { print ENVIRON["NAME"] "=" ENVIRON["VALUE"]; done = 1; next }
    $0 ~ "^" ENVIRON["NAME"] "=" { next }
    { print }
    END { if (!done) print ENVIRON["NAME"] "=" ENVIRON["VALUE"] }
  ' "$place" >"$new"
  chmod 600 -- "$new"
  mv -f -- "$new" "$place"
}

write_settings() {
  local name place new
  if [[ -e $settings ]]; then
    say "Kept the settings in $settings"
    return
  fi
  make_dir "$config_dir"
  chmod 700 -- "$config_dir"
  # A link to a file that is not there yet, as of a folder of dotfiles.
  place="$(readlink -m -- "$settings")"
  make_dir "$(dirname -- "$place")"
  new_beside "$place"
  "$exe" setup --print-settings >"$new"
  chmod 600 -- "$new"
  mv -f -- "$new" "$place"
  say "Wrote $settings: every setting, commented out"
  for name in $(setting_names); do
    if [[ -n ${!name-} ]]; then
      set_setting "$name" "${!name}"
      say "Set $name in it, from the environment"
    fi
  done
}

# Sets `new_key` to a key that was made; the summary shows it.
open_to_lan() {
  set_setting OV_HOST 0.0.0.0
  # From here on the settings file has the last word, also over what this shell has set.
  unset OV_HOST
  if [[ -n $(file_setting OV_API_KEY) ]]; then
    say "Kept the API key in $settings"
  else
    new_key="${OV_API_KEY:-sk-$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')}"
    set_setting OV_API_KEY "$new_key"
  fi
  unset OV_API_KEY
}

# Writes what the options choose; the settings file has the last word over what this shell has set.
choose_settings() {
  if [[ -n $ollama ]]; then
    if [[ $(file_setting OV_OLLAMA_PORT) != 11434 ]] && (exec 5<>/dev/tcp/127.0.0.1/11434) 2>/dev/null; then
      fail "port 11434 is taken, probably by Ollama" "stop what listens there (sudo systemctl disable --now ollama), or run install.sh without --ollama"
    fi
    set_setting OV_OLLAMA_PORT 11434
    unset OV_OLLAMA_PORT
  fi
  if [[ -n $page_off ]]; then
    set_setting OV_PAGE off
    unset OV_PAGE
  fi
}

lan_address() {
  local address
  address="$(hostname -I 2>/dev/null | awk '{ print $1 }')" || true
  printf '%s' "${address:-$(uname -n)}"
}

# server_url PORT: where clients reach the server.
server_url() {
  local host
  host="$(setting OV_HOST 127.0.0.1)"
  case $host in
  0.0.0.0 | :: | "[::]") host="$(lan_address)" ;;
  esac
  case $host in
  *:*) host="[${host//[\[\]]/}]" ;;
  esac
  printf 'http://%s:%s' "$host" "$1"
}

base_url() { server_url "$(setting OV_PORT 9000)"; }

# Whether the page is served: false, off, no and 0 turn it off.
has_page() {
  case $(setting OV_PAGE true) in
  false | off | no | 0) return 1 ;;
  esac
}

# --- engines -------------------------------------------------------------------------------------------

# Sets `batching` when that engine is there. One of the two is enough to serve.
set_up_engines() {
  local native=yes
  batching=yes
  say "Setting up the batching engine (about 130 MB the first time)"
  bounded "$exe" setup >"$scratch/out" || batching=""
  # The native engine is the next step's.
  grep -v '^native ' "$scratch/out" || true
  say "Setting up the native engine, which needs no Python"
  bounded "$exe" setup --native 2>"$scratch/native" || native=""
  # Without it the batching engine serves alone, which is no error.
  sed 's/^error: /note: /' "$scratch/native"
  if [[ -z $batching && -z $native ]]; then
    fail "the engine could not be set up" "follow the advice above, then run install.sh again"
  fi
  if [[ -z $native ]]; then hints+=("only the batching engine is installed; to add the native one, run: ov-llm setup --native"); fi
  if [[ -z $batching ]]; then hints+=("only the native engine is installed, which serves one request at a time; to add the batching one, run: ov-llm setup"); fi
}

# --- models and serving --------------------------------------------------------------------------------

# has_no_models: whether the registry is empty; an unreadable one ends this.
has_no_models() {
  local models
  models="$("$exe" models --json)" || fail "the registry cannot be read" "repair what the line above names, then run install.sh again"
  tr -d '[:space:]' <<<"$models" | grep -q '"models":\[\]'
}

# The name of the model that was asked, or of the first registered one that writes text; empty: none does.
model_name() {
  if [[ -n $asked ]]; then
    printf '%s' "$asked"
  else
    "$exe" models --json 2>/dev/null |
      sed -n '/^      "name": /{s/^      "name": "\(.*\)",$/\1/;h;n;/^      "task": "\(text-generation\|image-text-to-text\)/{g;p;};}' |
      head -n 1
  fi
}

fetch_starter_when_empty() {
  if has_no_models; then
    say "The registry is empty: fetching the starter model (98 MB)"
    bounded "$exe" setup --starter >"$scratch/out" || fail "the starter model could not be fetched" "follow what the line above says, then run install.sh again"
    grep '^starter ' "$scratch/out" || true
  fi
}

# A shell of `su` or `sudo -u` does not know where the user manager is.
find_user_systemd() {
  if [[ -z ${XDG_RUNTIME_DIR-} && -S /run/user/$(id -u)/bus ]]; then
    XDG_RUNTIME_DIR="/run/user/$(id -u)"
    export XDG_RUNTIME_DIR
    hints+=("this shell lacks what a login has; before you use systemctl in it, run: export XDG_RUNTIME_DIR=$XDG_RUNTIME_DIR")
  fi
}

has_user_systemd() {
  command -v systemctl >/dev/null && systemctl --user show-environment >/dev/null 2>&1
}

install_unit() {
  local new
  make_dir "$unit_dir"
  new_beside "$unit_dir/$unit"
  cp -- "$lib/$unit" "$new"
  chmod 644 -- "$new"
  mv -f -- "$new" "$unit_dir/$unit"
  say "Installed $unit_dir/$unit"
}

# The pids of this user's servers that run the installed executable, or the one that it replaced; without the service's.
running_servers() {
  local link pid target service=""
  if has_user_systemd; then service="$(systemctl --user show -p MainPID --value "$unit" 2>/dev/null)" || true; fi
  for link in /proc/[0-9]*/exe; do
    target="$(readlink -- "$link" 2>/dev/null)" || continue
    pid="${link//[!0-9]/}"
    if [[ ${target% (deleted)} == "$exe" && $pid != "$service" ]] && tr '\0' '\n' 2>/dev/null <"/proc/$pid/cmdline" | grep -qx serve; then
      printf '%s\n' "$pid"
    fi
  done
}

# holds_port PID PORT: whether that process listens there.
holds_port() {
  local inodes
  inodes="$(awk -v port="$(printf ':%04X$' "$2")" '$2 ~ port && $4 == "0A" { printf "socket:[%s]\n", $10 }' /proc/net/tcp /proc/net/tcp6 2>/dev/null)"
  [[ -n $inodes ]] && find "/proc/$1/fd" -lname 'socket:*' -printf '%l\n' 2>/dev/null | grep -qxF "$inodes"
}

# Sets `others` to the servers that still run what was replaced, and `holder` to the one of them on our port.
look_for_servers() {
  local pid
  others="$(running_servers | tr '\n' ' ')"
  holder=""
  for pid in $others; do
    if holds_port "$pid" "$(setting OV_PORT 9000)"; then holder=$pid; fi
  done
}

# The service does not see this shell's variables, so what follows must not either.
forget_environment() {
  local name
  for name in $(setting_names); do
    if [[ -n ${!name-} && ${!name} != "$(file_setting "$name")" ]]; then
      hints+=("the service does not see $name of this shell; to set it, edit $settings")
    fi
    unset "$name"
  done
}

# server_pid prints the pid of the server that was started. Only its own answer counts: something else may
# hold the port.
wait_for_server() {
  local try pid
  for ((try = 0; try < 240; try++)); do
    pid="$(server_pid)"
    [[ -n $pid ]] || return 1
    if "$exe" health --json 2>/dev/null | grep -q "\"pid\": $pid\b"; then return 0; fi
    sleep 0.25
  done
  return 1
}

keep_after_logout() {
  local user
  user="$(id -un)"
  lingers() { [[ $(loginctl show-user "$user" -p Linger 2>/dev/null) == Linger=yes ]]; }
  if lingers || loginctl enable-linger >/dev/null 2>&1 || lingers; then return; fi
  hints+=("the server stops when you log out, until you run: sudo loginctl enable-linger $user")
}

serve_with_systemd() {
  local log="journalctl --user -u $unit -n 30"
  step "systemd did not take the unit" "run: systemctl --user status $unit" systemctl --user daemon-reload
  step "systemd did not enable the unit" "run: systemctl --user status $unit" systemctl --user enable "$unit"
  keep_after_logout
  if [[ -n $holder ]]; then
    summary systemd
    return
  fi
  systemctl --user reset-failed "$unit" >/dev/null 2>&1 || true
  say "Starting the service (if it runs, its requests finish first)"
  step "systemd did not start the server" "run: $log" systemctl --user restart "$unit"
  server_pid() {
    if ! systemctl --user is-failed --quiet "$unit"; then systemctl --user show -p MainPID --value "$unit"; fi
  }
  wait_for_server || fail "the server did not come up" "run: $log"
  ask || fail "the server did not answer its first question" "run: $log"
  summary systemd
}

serve_in_foreground() {
  local server code=0
  if [[ -n $holder ]]; then
    summary foreground
    return
  fi
  say "No systemd for this user: serving in the foreground; Ctrl-C stops it"
  # In a process group of its own: Ctrl-C reaches it once, through the trap.
  set -m
  "$exe" serve 3>&- 4>&- &
  server=$!
  set +m
  stopping=""
  stop_server() {
    stopping=yes
    kill -TERM "$server" 2>/dev/null || true
  }
  trap stop_server INT TERM HUP
  server_pid() {
    if [[ -z $stopping ]] && kill -0 "$server" 2>/dev/null; then printf '%s' "$server"; fi
  }
  if wait_for_server; then
    ask || [[ -n $stopping ]] || say "The server stays up; Ctrl-C stops it"
    if [[ -z $stopping ]]; then summary foreground; fi
  elif [[ -z $stopping ]]; then
    stop_server
    wait "$server" || true
    fail "the server did not start" "follow the advice above, then run: ov-llm serve"
  fi
  # A trapped signal ends a wait early; the server is given its time to end.
  while
    code=0
    wait "$server" || code=$?
    kill -0 "$server" 2>/dev/null
  do :; done
  exit "$code"
}

ask() {
  local answer
  # The starter model comes with the help of the batching engine's Python.
  if [[ -z $batching ]] && has_no_models; then
    say "No model is registered yet: run ov-llm models add PATH with an OpenVINO folder or a .gguf file"
    return 0
  fi
  say "Asking a first question (the first load of a model takes a while)"
  answer="$("$exe" setup --ask)" || return 1
  [[ -z $answer ]] || say "$answer"
  asked="$(sed -n '1s/ was asked: .*//p' <<<"$answer")"
}

# --- the last lines ------------------------------------------------------------------------------------

# summary MANNER: systemd, foreground or none. Where the server is, how to ask it, and every command that one needs next.
summary() {
  local manner=$1 model auth="" body text better restart="systemctl --user restart $unit"
  model="$(model_name)" || true
  if [[ $manner != systemd ]]; then restart="ov-llm serve"; fi
  if [[ -n $(setting OV_API_KEY "$(setting OV_API_KEY_FILE "")") ]]; then auth=" -H \"Authorization: Bearer ${new_key:-\$OV_API_KEY}\""; fi
  say ""
  if [[ -n $holder || ($manner == none && -n $others) ]]; then
    say "ov-llm $("$exe" --version) is installed, but a server still runs the previous version: pid ${others% }"
    row "To upgrade it" "stop it (Ctrl-C where it runs, or: kill ${others% }), then run: $restart"
  elif [[ $manner == none ]]; then
    say "ov-llm $("$exe" --version) is installed"
    row Serve "ov-llm serve"
  else
    say "ov-llm $("$exe" --version) is serving"
    if [[ -n $others ]]; then row Also "another server still runs the previous version; restart it: pid ${others% }"; fi
  fi
  row Address "$(base_url)/v1"
  if has_page; then row Page "$(base_url)/"; fi
  if [[ -n $(setting OV_OLLAMA_PORT "") ]]; then row Ollama "$(server_url "$(setting OV_OLLAMA_PORT "")")"; fi
  if [[ -n $new_key ]]; then row "API key" "$new_key (new; it is in $settings)"; fi
  if [[ -n $auth && -z $new_key ]]; then row "API key" "as before, in $settings"; fi
  if [[ -n $model ]]; then
    body="{\"model\": \"$model\", \"messages\": [{\"role\": \"user\", \"content\": \"What is the capital of France?\"}]}"
    row "Try it" "curl $(base_url)/v1/chat/completions$auth -d '$body'"
  else
    row "Try it" "curl $(base_url)/v1/models$auth"
  fi
  if [[ -z $model || $model == smollm2-135m-instruct ]] && better="$("$exe" catalog --best 2>/dev/null)"; then
    row "A better model" "$better"
  fi
  if [[ $manner == systemd ]]; then
    row Stop "systemctl --user stop $unit"
    row Restart "$restart"
    row Log "journalctl --user -u $unit -f"
  elif [[ $manner == foreground ]]; then
    row Stop "Ctrl-C where it runs; start it again with: ov-llm serve"
    row Log "in the terminal where it runs"
  fi
  row Settings "$settings"
  if [[ -n $built ]]; then row Upgrade "ov-llm upgrade"; else row Upgrade "git -C '$repo' pull && '$repo/install.sh'"; fi
  if [[ -n $replaced ]]; then row "Roll back" "ov-llm upgrade --rollback"; fi
  row Uninstall "'$lib/install.sh' --uninstall"
  for text in ${hints[@]+"${hints[@]}"}; do say "Hint: $text"; done
}

row() { printf '  %-15s%s\n' "$1" "$2"; }

# What is still missing for all to work; the summary shows it.
add_hints() {
  local device
  if [[ ${INSTALL_SOURCE-} =~ ^https?://[^/]*@ && -z $(file_setting OV_RELEASE_URL) ]]; then
    hints+=("the release's address is kept without its password; for \`ov-llm upgrade\`, set OV_RELEASE_URL to the whole address in $settings")
  fi
  case ":$PATH:" in
  *":$bin_dir:"*) ;;
  *) hints+=("$bin_dir is not on PATH; run: export PATH=\"$bin_dir:\$PATH\" (and add it to ~/.profile)") ;;
  esac
  for device in /dev/dri/renderD*; do
    if [[ -e $device && ! (-r $device && -w $device) ]]; then
      hints+=("you have no access to the GPU ($device); run: sudo usermod -aG render $(id -un), then log in again")
      break
    fi
  done
}

# --- uninstall -----------------------------------------------------------------------------------------

# removes WHAT PATH, keeps WHAT PATH: only what is there is named.
removes() {
  if [[ -e $2 || -L $2 ]]; then
    rm -rf -- "$2" || fail "$1 could not be removed: $2" "follow what the line above says, then run install.sh --uninstall again"
    removed=yes
    say "Removed $1: $2"
  fi
}
keeps() { if [[ -e $2 || -L $2 ]]; then say "Kept $1: $2"; fi; }

# place NAME DEFAULT: a setting that is a path.
place() {
  local path
  path="$(setting "$1" "$2")"
  printf '%s' "${path/#\~\//$HOME/}"
}

uninstall() {
  local runtime registry removed="" pids
  runtime="$(place OV_RUNTIME_DIR "$share/runtime")"
  registry="$(place OV_REGISTRY_PATH "$HOME/models/converted_models/registry.json")"
  pids="$(running_servers | tr '\n' ' ')"
  remove_service
  if [[ $(readlink -- "$bin_dir/ov-llm" || true) == "$exe" ]]; then removes "the command" "$bin_dir/ov-llm"; fi
  # Only what is an environment: OV_RUNTIME_DIR may point anywhere.
  if [[ -L $runtime || -e $runtime/pyvenv.cfg ]]; then removes "the engine" "$runtime"; fi
  removes "what the engine's installation left" "$runtime.setup"
  removes "the private Python" "$(dirname -- "$runtime")/private-python"
  removes "the converter" "$share/convert"
  removes "bun and what else install.sh had fetched" "$share"
  removes "the compiled models" "$HOME/.cache/ov-llm"
  # Last: one that was killed is run again from there.
  removes "the executable and the native engine beside it" "$lib"
  if [[ -z $removed ]]; then say "ov-llm was not installed here"; fi
  keeps "the registry, and beside it the models" "$registry"
  keeps "what was fetched from the hub, and originals" "$(place OV_MODEL_SRC "$HOME/model")"
  keeps "the settings" "$settings"
  keeps "what was typed in ov-llm chat, and what ov-llm tune found" "${XDG_STATE_HOME:-$HOME/.local/state}/ov-llm"
  keeps "your changes to the service" "$unit_dir/$unit.d"
  keeps "the converter, in the folder that you chose" "$(place OV_CONVERT_ENV "$share/convert")"
  keeps "the compiled models, in the folder that you chose" "$(place OV_MODEL_CACHE_DIR "$HOME/.cache/ov-llm")"
  if [[ -n $pids ]]; then say "Still running, until you stop it (Ctrl-C, or: kill ${pids% }): ov-llm serve with pid ${pids% }"; fi
  if [[ -n $removed && $(loginctl show-user "$(id -un)" -p Linger 2>/dev/null) == Linger=yes ]]; then
    say "Lingering is still enabled for you, so your services run without a login; to disable it: loginctl disable-linger"
  fi
}

remove_service() {
  if [[ ! -e $unit_dir/$unit ]]; then return; fi
  if has_user_systemd; then
    say "Stopping the service (running requests finish first)"
    systemctl --user disable --now "$unit" >/dev/null 2>&1 || true
  fi
  removes "the service" "$unit_dir/$unit"
  if has_user_systemd; then systemctl --user daemon-reload || true; fi
}

# --- main ----------------------------------------------------------------------------------------------

trap on_exit EXIT
[[ -n ${HOME-} && -d $HOME ]] || fail "HOME names no folder" "set HOME to your home folder"
share="$HOME/.local/share/ov-llm"
lib="$HOME/.local/lib/ov-llm"
bin_dir="$HOME/.local/bin"
exe="$lib/ov-llm"
parts=(install.sh "$unit" LICENSE THIRD_PARTY_LICENSES.txt ov-llm)
config_dir="$HOME/.config/ov-llm-server"
settings="$config_dir/ov-server.env"
unit_dir="$HOME/.config/systemd/user"

action=install lan="" ollama="" page_off="" serve=yes new_key="" asked="" batching="" others="" holder="" hints=()
for option in "$@"; do
  case $option in
  --no-serve) serve="" ;;
  --lan) lan=yes ;;
  --ollama) ollama=yes ;;
  --page-off) page_off=yes ;;
  --uninstall) action=uninstall ;;
  --help | -h)
    usage
    exit 0
    ;;
  *) fail "unknown option \"$option\"" "run install.sh --help" ;;
  esac
done
[[ $longest =~ ^[1-9][0-9]*$ ]] || fail "INSTALL_SECONDS is \"$longest\", which is no number of seconds" "unset it, or set it to a number such as 1800"

find_user_systemd
if [[ $action == uninstall ]]; then
  if (($# > 1)); then fail "--uninstall takes no other option" "give it alone"; fi
  lock_home
  uninstall
  exit 0
fi

check_machine
check_space
lock_home
scratch="$(mktemp -d "${TMPDIR:-/tmp}/ov-llm-install.XXXXXX")"
# The terminal, also while a step's output goes to a file.
exec 3>&1 4>&2
trap 'on_error "$LINENO" "$BASH_COMMAND"' ERR
heed_signals

# What packages come through stays out of the home folder.
export BUN_INSTALL_CACHE_DIR="${BUN_INSTALL_CACHE_DIR:-$share/bun/packages}"
if [[ -n $built ]]; then
  check_parts
  install_parts "$repo"
else
  if find_bun; then say "Found bun $("$bun" --version): $bun"; else bring_bun; fi
  build
fi
write_settings
if [[ -n $lan ]]; then open_to_lan; fi
choose_settings
if [[ -n $serve ]] && has_user_systemd; then forget_environment; fi
set_up_engines
if [[ -n $batching ]]; then fetch_starter_when_empty; fi
if has_user_systemd; then install_unit; fi
add_hints
look_for_servers
if [[ -z $serve ]]; then
  summary none
elif has_user_systemd; then
  serve_with_systemd
else
  rm -rf -- "$scratch" ${fetched:+"$fetched"}
  unlock_home
  serve_in_foreground
fi
