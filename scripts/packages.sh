# Sourced by scripts/run, scripts/test, bench/run and bench/parts: the Debian packages that they need.
#
# need_packages INSTALL PACKAGE...   installs what is missing and says what; with INSTALL=no it only
#                                    says so, and fails.

BUILD_PACKAGES=(gcc cmake ninja-build pkg-config libuv1-dev libjansson-dev
  libssl-dev zlib1g-dev libpcre2-dev libhiredis-dev libmsgpack-dev libcrypt-dev uthash-dev
  libsqlite3-dev libpq-dev libmariadb-dev libedit-dev duktape-dev)
TEST_PACKAGES=(libcmocka-dev libhttp-parser-dev g++ clang clang-format clang-tidy libclang-rt-14-dev mold nodejs npm
  python3-venv valgrind make meson dpkg-dev openssl chromium curl redis-server nginx haproxy postgresql mariadb-server)
BENCH_PACKAGES=(nodejs npm python3-venv nginx)

is_installed() {
  # Node comes from elsewhere on many machines: what counts is that it is there.
  case "$1" in
    nodejs) command -v node >/dev/null && return 0 ;;
    npm) command -v npm >/dev/null && return 0 ;;
  esac
  dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q '^install ok installed$'
}

need_packages() {
  local install=$1 package missing=() sudo=()
  shift
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ "$install" = no ]; then
    echo "Missing packages: ${missing[*]}" >&2
    echo "Install them with: apt-get install ${missing[*]}" >&2
    return 1
  fi
  echo "Installing: ${missing[*]}"
  [ "$(id -u)" -eq 0 ] || sudo=(sudo)
  "${sudo[@]}" apt-get update -qq &&
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
      --no-install-recommends "${missing[@]}" >/dev/null
}
