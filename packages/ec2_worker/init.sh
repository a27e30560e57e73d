#!/usr/bin/env bash
# Turn a plain machine (Ubuntu 22.04 or 24.04, Debian 12) into a worker: `sudo bash init.sh`, from the payload's folder.
# A second run only applies what is new in the payload. Nothing is started: the worker runs when a machine is booted
# from the image that is made of it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly HOME_FOLDER=/opt/crackling
readonly VENV=$HOME_FOLDER/venv
readonly SWAP=/var/tmp/crackling-swap
readonly UNITS=(crackling-worker.service crackling-lifetime.service crackling-lifetime.timer)

say() {
  echo "init.sh: $*"
}

# The smallest machines have 512 MB; apt, pip and the self-test take more for a moment. The image gets none of it: workers have memory.
add_swap() {
  local kilobytes
  [[ -r /proc/meminfo ]] || return 0
  kilobytes=$(awk '/^MemTotal:/ { print $2 }' /proc/meminfo)
  ((kilobytes < 1000000)) || return 0
  say "swap, for as long as this takes"
  remove_swap
  trap remove_swap EXIT
  fallocate --length 1G "$SWAP"
  chmod 0600 "$SWAP"
  mkswap "$SWAP" >/dev/null
  swapon "$SWAP"
}

remove_swap() {
  swapoff "$SWAP" 2>/dev/null || true
  rm -f "$SWAP"
}

install_packages() {
  local python
  # shellcheck source=/dev/null
  . /etc/os-release
  case "$ID-$VERSION_ID" in
    ubuntu-22.04) python=python3.11 ;;
    ubuntu-24.04) python=python3.12 ;;
    debian-12) python=python3.11 ;;
    *)
      say "$PRETTY_NAME is none of Ubuntu 22.04, Ubuntu 24.04, Debian 12" >&2
      exit 1
      ;;
  esac
  say "packages ($PRETTY_NAME)"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -q -o DPkg::Lock::Timeout=300 update
  apt-get -q -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends \
    "$python" "$python-venv" ca-certificates e2fsprogs mount util-linux
  PYTHON=$(command -v "$python")
}

install_worker() {
  say "worker"
  mkdir -p "$HOME_FOLDER"
  [[ -x $VENV/bin/python ]] || "$PYTHON" -m venv "$VENV"
  # Every package is named with its version, so nothing is resolved: what is tested is what is installed.
  local pip=("$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps)
  "${pip[@]}" --requirement requirements.txt
  "${pip[@]}" --force-reinstall --no-index wheels/*.whl
  ln -sf "$VENV/bin/crackling-worker" /usr/local/bin/crackling-worker
}

install_units() {
  say "units"
  # The worker's user needs no rights except to write here.
  id crackling >/dev/null 2>&1 || useradd --system --home-dir "$HOME_FOLDER" --shell /usr/sbin/nologin crackling
  install -d -o crackling -g crackling -m 0750 /scratch
  local unit
  for unit in "${UNITS[@]}"; do
    install -m 0644 "units/$unit" "/etc/systemd/system/$unit"
  done
  # Made by hand: systemctl needs a running systemd, which a chroot lacks.
  install -d /etc/systemd/system/multi-user.target.wants /etc/systemd/system/timers.target.wants
  ln -sf ../crackling-worker.service /etc/systemd/system/multi-user.target.wants/crackling-worker.service
  ln -sf ../crackling-lifetime.timer /etc/systemd/system/timers.target.wants/crackling-lifetime.timer
}

add_swap
install_packages
install_worker
install_units
say "self-test"
"$VENV/bin/crackling-worker" --self-test
say "done"
