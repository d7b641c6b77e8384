# shellcheck shell=sh disable=SC2034 # what is set here is used by those who source it
# Shared by the scripts beside it; sourced, never run. POSIX sh.

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cache=${ROLLCALL_CACHE:-${HOME:-$root}/.cache/rollcall}

# One target folder for every clone, so that a fresh one does not compile the dependencies again.
# Outside `make` (which sets it too) the scripts must agree with it.
CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$cache/target}
export CARGO_TARGET_DIR

say() { printf '%s\n' "$*"; }

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# as_root COMMAND...: runs it as root, by sudo where needed. Never waits for a password.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif has sudo; then
        sudo -n "$@"
    else
        return 1
    fi
}

# apt_install PACKAGE...: installs Debian packages; fails where there is no apt or no right to.
apt_install() {
    has apt-get || return 1
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" \
        </dev/null && return 0
    # A fresh machine has no package lists yet, and an old one may have stale ones.
    as_root apt-get update -q </dev/null &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
            "$@" </dev/null
}
