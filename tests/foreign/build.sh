#!/usr/bin/env bash
# Builds the foreign packs: `build.sh OUTDIR [python|javascript|c]...`, all three by default.
#
# They are written against the contract alone, in languages that the project gives no help for, and built as their
# authors would: `OUTDIR/greeting-LANGUAGE.wasm`. The tools go to the folder `FOREIGN_TOOLS` (by default
# `target/foreign-tools`), once. A pack is built again when its sources, the contract or this script changed.
#
# Needs bash, python3 (python, c), node and npm (javascript), cargo (c).
set -euo pipefail

componentize_py=0.25.1
mypy=2.4.1
ziglang=0.17.1

usage="usage: build.sh OUTDIR [python|javascript|c]..."
mkdir -p "${1:?$usage}"
out=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- python javascript c

cd "$(dirname "${BASH_SOURCE[0]}")"
here=$PWD
wit=$(cd ../../wit/v0.1.0 && pwd)
mkdir -p "${FOREIGN_TOOLS:=../../target/foreign-tools}"
tools=$(cd "$FOREIGN_TOOLS" && pwd)

# Two builds at once would install into one folder.
if command -v flock >/dev/null; then
  exec 9>"$tools/lock"
  flock 9
fi

sum() {
  sha256sum 2>/dev/null || shasum -a 256
}

# `digest PATH...`: of every file at or below the paths, names and contents.
digest() {
  find "$@" -type f -not -path '*/target/*' | LC_ALL=C sort | while read -r file; do
    echo "$file"
    sum <"$file"
  done | sum
}

# `current STAMP DIGEST`: whether the stamp is of that digest.
current() {
  [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]
}

# `venv NAME REQUIREMENT`: a virtual environment of its own for one tool.
venv() {
  current "$tools/$1/.installed" "$2" && return
  echo "installing $2" >&2
  rm -rf "${tools:?}/$1"
  python3 -m venv "$tools/$1"
  "$tools/$1/bin/python" -m pip install --quiet --disable-pip-version-check "$2"
  echo "$2" >"$tools/$1/.installed"
}

# Without `--stub-wasi`: the interpreter imports all of WASI 0.2, sockets too.
build_python() {
  venv componentize-py "componentize-py==$componentize_py"
  # For the types of the package that packs are written with: what checks them, and the bindings that it stands on.
  venv mypy "mypy==$mypy"
  rm -rf "$tools/bindings"
  "$tools/componentize-py/bin/componentize-py" --quiet --wit-path "$wit" --world pack-with-migration bindings \
    "$tools/bindings"
  # A copy, as the interpreter leaves its byte code beside what it reads.
  rm -rf "$tools/python"
  mkdir "$tools/python"
  cp python/greeting.py "$tools/python"
  VIRTUAL_ENV="$tools/componentize-py" "$tools/componentize-py/bin/componentize-py" --quiet --wit-path "$wit" \
    --world pack componentize greeting --python-path "$tools/python" --output "$1"
}

# With every feature that is on by default: imports WASI 0.2 and `wasi:http`.
build_javascript() {
  local npm=$tools/javascript lock
  lock=$(digest javascript/package.json javascript/package-lock.json)
  if ! current "$npm/.installed" "$lock"; then
    echo "installing componentize-js" >&2
    rm -rf "$npm"
    mkdir -p "$npm"
    cp javascript/package.json javascript/package-lock.json javascript/.npmrc "$npm"
    (cd "$npm" && npm ci --ignore-scripts --loglevel=error >/dev/null)
    echo "$lock" >"$npm/.installed"
  fi
  # Node looks for packages beside the script.
  cp javascript/build.mjs "$npm"
  node "$npm/build.mjs" "$here/javascript/greeting.js" "$wit" "$1"
}

# With the C library of WASI preview 1, of which nothing is left that imports anything.
build_c() {
  local work=$tools/c
  venv ziglang "ziglang==$ziglang"
  CARGO_TARGET_DIR="$tools/componentize" cargo build --quiet --locked --manifest-path c/componentize/Cargo.toml
  local componentize=$tools/componentize/debug/componentize
  rm -rf "$work"
  "$componentize" bindings "$wit" "$work"
  ZIG_GLOBAL_CACHE_DIR="$tools/zig-cache" ZIG_LOCAL_CACHE_DIR="$tools/zig-cache" \
    "$tools/ziglang/bin/python" -m ziglang cc -target wasm32-wasi -mexec-model=reactor -std=c11 -Os -s -Wall -Wextra \
    -Werror -I "$work" -I ../../plugins/c -o "$work/core.wasm" c/greeting.c "$work/pack.c" "$work/pack_component_type.o"
  "$componentize" component "$work/core.wasm" "$1"
}

for language in "$@"; do
  case $language in
    python | javascript | c) ;;
    *) echo "no pack in \`$language\`; $usage" >&2 && exit 2 ;;
  esac
  pack=$out/greeting-$language.wasm
  inputs=$(digest "$language" ../../plugins/c/text.h ../../wit/v0.1.0 build.sh)
  if [ -f "$pack" ] && current "$out/.greeting-$language.inputs" "$inputs"; then
    continue
  fi
  echo "building greeting-$language" >&2
  "build_$language" "$pack.new"
  mv "$pack.new" "$pack"
  echo "$inputs" >"$out/.greeting-$language.inputs"
done
