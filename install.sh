#!/usr/bin/env bash
# Installs ov-llm for the user who runs it, without root. Run it again to upgrade. See --help.
set -euo pipefail

bun_version=1.4.4
repo="$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)"
unit=ov-server.service

usage() {
  cat <<'HELP'
Usage: install.sh [options]

Builds ov-llm, installs it for the user who runs this and starts it. No root is needed. Running it again
upgrades; models, the registry and settings stay as they are.

  (no option)   install, serve (as a systemd user service where there is one, else right here) and ask a
                first question
  --no-serve    install, and stop before serving
  --lan         listen on every interface, with an API key that is made and shown
  --uninstall   remove all but models, the registry and settings
  --help        print this

It installs to ~/.local/bin/ov-llm, ~/.local/lib/ov-llm and ~/.local/share/ov-llm. Settings lie in
~/.config/ov-llm-server/ov-server.env; OV_ variables that are set when it first runs are written there.
HELP
}

say() { printf '%s\n' "$*"; }

# fail WHAT NEXT: what failed, and the next step.
fail() {
  printf 'install.sh: %s\n  Next: %s\n' "$1" "$2" >&2
  exit 1
}

# quietly WHAT NEXT COMMAND...: runs a noisy command; its last lines are shown only when it fails.
quietly() {
  local what=$1 next=$2 log
  shift 2
  log="$scratch/log"
  if ! "$@" >"$log" 2>&1; then
    tail -n 15 -- "$log" >&2
    fail "$what" "$next"
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

bring_bun() {
  mkdir -p -- "$share/bun"
  if command -v npm >/dev/null; then
    say "Bringing bun $bun_version with npm into $share/bun"
    npm install --prefix "$share/bun" --no-fund --no-audit "bun@$bun_version" >"$scratch/log" 2>&1 || true
    find_bun && return
    node "$share/bun/node_modules/bun/install.js" >>"$scratch/log" 2>&1 || true
    find_bun && return
    tail -n 5 -- "$scratch/log" >&2
  fi
  if command -v curl >/dev/null; then
    say "Bringing bun $bun_version with its own installer into $share/bun"
    # SHELL=/bin/sh: so that it leaves the user's shell profile alone.
    curl -fsSL https://bun.sh/install -o "$scratch/bun-install" 2>"$scratch/log" &&
      BUN_INSTALL="$share/bun" SHELL=/bin/sh bash "$scratch/bun-install" "bun-v$bun_version" >>"$scratch/log" 2>&1 || true
    find_bun && return
    tail -n 5 -- "$scratch/log" >&2
  fi
  fail "there is no bun $bun_version or newer, and none could be fetched" \
    "install npm (sudo apt install npm) or bun itself, check the network, then run install.sh again"
}

# --- the executable ------------------------------------------------------------------------------------

# Built in a scratch copy: the checkout stays untouched, whoever owns it.
build() {
  local copy="$scratch/build" name
  mkdir -p -- "$copy" "$lib" "$bin_dir"
  for name in package.json bun.lock bunfig.toml tsconfig.json src cli; do
    cp -R -- "$repo/$name" "$copy/$name"
  done
  cd -- "$copy"
  say "Fetching the packages of ov-llm"
  quietly "the packages of ov-llm could not be fetched" "check the network, then run install.sh again" \
    "$bun" install --frozen-lockfile --production
  say "Building ov-llm"
  quietly "ov-llm could not be built" "check the free disk space, then run install.sh again" \
    env "PATH=$(dirname -- "$bun"):$PATH" "$bun" run build
  cd -- "$HOME"
  # A rename, never a write in place: a server that runs the old executable goes on undisturbed.
  rm -f -- "$lib"/.ov-llm.*
  name="$(mktemp "$lib/.ov-llm.XXXXXX")"
  cp -- "$copy/dist/ov-llm" "$name"
  chmod 755 -- "$name"
  quietly "the new executable does not run" "check that this machine is x86-64 or arm64 Linux" "$name" --version
  mv -f -- "$name" "$exe"
  ln -sfn -- "$exe" "$bin_dir/ov-llm"
  say "Installed ov-llm $("$exe" --version) as $bin_dir/ov-llm"
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

# set_setting NAME VALUE: in the place of its line, commented or not; else at the end.
set_setting() {
  local new
  new="$(mktemp "$config_dir/.ov-server.env.XXXXXX")"
  NAME=$1 VALUE=$(quote "$2") awk '
    !done && ($0 ~ "^#?" ENVIRON["NAME"] "=") { print ENVIRON["NAME"] "=" ENVIRON["VALUE"]; done = 1; next }
    $0 ~ "^" ENVIRON["NAME"] "=" { next }
    { print }
    END { if (!done) print ENVIRON["NAME"] "=" ENVIRON["VALUE"] }
  ' "$settings" >"$new"
  chmod 600 -- "$new"
  mv -f -- "$new" "$settings"
}

write_settings() {
  local name new
  if [[ -e $settings ]]; then
    say "Kept the settings in $settings"
    return
  fi
  mkdir -p -- "$config_dir"
  chmod 700 -- "$config_dir"
  new="$(mktemp "$config_dir/.ov-server.env.XXXXXX")"
  "$exe" setup --print-settings >"$new"
  chmod 600 -- "$new"
  mv -f -- "$new" "$settings"
  say "Wrote $settings: every setting, commented out"
  for name in $(setting_names); do
    if [[ -n ${!name-} ]]; then
      set_setting "$name" "${!name}"
      say "Set $name in it, as in the environment"
    fi
  done
}

open_to_lan() {
  local key
  set_setting OV_HOST 0.0.0.0
  # From here on the settings file has the last word, also over what this shell has set.
  unset OV_HOST
  if [[ -n $(file_setting OV_API_KEY) ]]; then
    say "Kept the API key in $settings"
  else
    key="${OV_API_KEY:-sk-$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')}"
    set_setting OV_API_KEY "$key"
    say "API key, shown this once (it lies in $settings): $key"
  fi
  unset OV_API_KEY
  say "On the LAN: http://$(lan_address):$(setting OV_PORT 9000)/v1"
}

lan_address() {
  local address
  address="$(hostname -I 2>/dev/null | awk '{ print $1 }')" || true
  printf '%s' "${address:-$(hostname)}"
}

# --- engines -------------------------------------------------------------------------------------------

# Sets `batching` when that engine is there. One of the two is enough to serve.
set_up_engines() {
  local native=yes
  batching=yes
  say "Setting up the batching engine"
  "$exe" setup || batching=""
  say "Setting up the native engine, which needs no Python"
  "$exe" setup --native || native=""
  if [[ -z $batching && -z $native ]]; then
    fail "the engine could not be set up" "mend what the lines above name, then run install.sh again"
  fi
  if [[ -z $native ]]; then say "Hint: the batching engine serves alone; to add the native one later, run: ov-llm setup --native"; fi
  if [[ -z $batching ]]; then say "Hint: the native engine serves alone, one request at a time; to add the batching one, run: ov-llm setup"; fi
}

# --- models and serving --------------------------------------------------------------------------------

# has_no_models: whether the registry is empty; an unreadable one ends this.
has_no_models() {
  local models
  models="$("$exe" models --json)" || fail "the registry cannot be read" "mend what the line above names"
  tr -d '[:space:]' <<<"$models" | grep -q '"models":\[\]'
}

fetch_starter_when_empty() {
  if has_no_models; then
    say "The registry is empty: fetching the starter model"
    "$exe" setup --starter || fail "the starter model could not be fetched" "mend what the line above names, then run install.sh again"
  fi
}

has_user_systemd() {
  command -v systemctl >/dev/null && systemctl --user show-environment >/dev/null 2>&1
}

install_unit() {
  mkdir -p -- "$unit_dir"
  cp -- "$repo/$unit" "$unit_dir/.$unit.new"
  mv -f -- "$unit_dir/.$unit.new" "$unit_dir/$unit"
  say "Installed $unit_dir/$unit"
}

# The service does not see this shell's variables, so what follows must not either.
forget_environment() {
  local name
  for name in $(setting_names); do
    if [[ -n ${!name-} && ${!name} != "$(file_setting "$name")" ]]; then
      say "Hint: the service does not see $name of this shell; to set it, edit $settings"
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

serve_with_systemd() {
  local log="journalctl --user -u $unit -n 30"
  quietly "systemd did not take the unit" "run: systemctl --user status $unit" systemctl --user daemon-reload
  quietly "systemd did not enable the unit" "run: systemctl --user status $unit" systemctl --user enable "$unit"
  if ! loginctl enable-linger >/dev/null 2>&1; then
    say "Hint: the server stops when you log out, until you run: sudo loginctl enable-linger $(id -un)"
  fi
  systemctl --user reset-failed "$unit" >/dev/null 2>&1 || true
  quietly "systemd did not start the server" "run: $log" systemctl --user restart "$unit"
  server_pid() {
    if ! systemctl --user is-failed --quiet "$unit"; then systemctl --user show -p MainPID --value "$unit"; fi
  }
  wait_for_server || fail "the server did not come up" "run: $log"
  say "Serving on port $(setting OV_PORT 9000) as $unit; its log: journalctl --user -u $unit -f"
  ask || fail "the server did not answer its first question" "run: $log"
}

serve_in_foreground() {
  local server code=0
  say "No systemd for this user: serving right here; Ctrl-C stops it"
  # In a process group of its own: Ctrl-C reaches it once, through the trap.
  set -m
  "$exe" serve &
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
    ask || [[ -n $stopping ]] || say "The server goes on; Ctrl-C stops it"
  elif [[ -z $stopping ]]; then
    stop_server
    wait "$server" || true
    fail "the server did not come up" "mend what the lines above name, then run: ov-llm serve"
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
  # The starter model comes with the help of the batching engine's Python.
  if [[ -z $batching ]] && has_no_models; then
    say "No model is registered yet: run ov-llm models add PATH with an OpenVINO folder or a .gguf file"
    return 0
  fi
  say "Asking a first question (the first load of a model takes a while)"
  "$exe" setup --ask
}

hint() {
  local device
  case ":$PATH:" in
  *":$bin_dir:"*) ;;
  *) say "Hint: $bin_dir is not on PATH; run: export PATH=\"$bin_dir:\$PATH\" (and put it into ~/.profile)" ;;
  esac
  for device in /dev/dri/renderD*; do
    if [[ -e $device && ! (-r $device && -w $device) ]]; then
      say "Hint: the GPU ($device) is not open to you; run: sudo usermod -aG render $(id -un), then log in again"
      break
    fi
  done
}

# --- uninstall -----------------------------------------------------------------------------------------

uninstall() {
  local runtime registry
  runtime="$(setting OV_RUNTIME_DIR "$share/runtime")"
  runtime="${runtime/#\~\//$HOME/}"
  registry="$(setting OV_REGISTRY_PATH "$HOME/models/converted_models/registry.json")"
  if has_user_systemd; then systemctl --user disable --now "$unit" >/dev/null 2>&1 || true; fi
  rm -f -- "$unit_dir/$unit"
  if has_user_systemd; then systemctl --user daemon-reload || true; fi
  say "Removed the service"
  if [[ $(readlink -- "$bin_dir/ov-llm" || true) == "$exe" ]]; then rm -f -- "$bin_dir/ov-llm"; fi
  rm -rf -- "$lib"
  say "Removed the executable and the native engine beside it"
  # Only what is an environment: OV_RUNTIME_DIR may point anywhere.
  if [[ -L $runtime || -e $runtime/pyvenv.cfg ]]; then rm -rf -- "$runtime"; fi
  rm -rf -- "$runtime.setup" "$share" "$HOME/.cache/ov-llm"
  say "Removed the engine, its caches and the bun that install.sh had brought"
  say "Kept the models and the registry: $registry"
  say "Kept the settings: $settings"
}

# --- main ----------------------------------------------------------------------------------------------

[[ -n ${HOME-} && -d $HOME ]] || fail "HOME names no folder" "set HOME to your home folder"
share="$HOME/.local/share/ov-llm"
lib="$HOME/.local/lib/ov-llm"
bin_dir="$HOME/.local/bin"
exe="$lib/ov-llm"
config_dir="$HOME/.config/ov-llm-server"
settings="$config_dir/ov-server.env"
unit_dir="$HOME/.config/systemd/user"

action=install lan="" serve=yes
for option in "$@"; do
  case $option in
  --no-serve) serve="" ;;
  --lan) lan=yes ;;
  --uninstall) action=uninstall ;;
  --help | -h)
    usage
    exit 0
    ;;
  *) fail "unknown option \"$option\"" "run install.sh --help" ;;
  esac
done

if [[ $action == uninstall ]]; then
  if (($# > 1)); then fail "--uninstall takes no other option" "give it alone"; fi
  uninstall
  exit 0
fi

scratch="$(mktemp -d "${TMPDIR:-/tmp}/ov-llm-install.XXXXXX")"
trap 'rm -rf -- "$scratch"' EXIT
trap 'exit 130' INT TERM HUP

if find_bun; then say "Found bun $("$bun" --version): $bun"; else bring_bun; fi
build
write_settings
if [[ -n $lan ]]; then open_to_lan; fi
if [[ -n $serve ]] && has_user_systemd; then forget_environment; fi
set_up_engines
if [[ -n $batching ]]; then fetch_starter_when_empty; fi
if has_user_systemd; then install_unit; fi
hint
if [[ -z $serve ]]; then
  say "Installed. Serve with: ov-llm serve"
elif has_user_systemd; then
  serve_with_systemd
else
  rm -rf -- "$scratch"
  serve_in_foreground
fi
