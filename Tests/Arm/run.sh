#!/bin/sh
# Compiles the C sources for aarch64, runs every kernel of every table under qemu on a processor with the dot product
# and on one without, and compares what they write with the generic table of this machine. On an aarch64 machine the
# tables run as they are. Ends with `N passed, 0 failed`, one comparison for each kernel, size and table.
#
# CLANG, QEMU, LINK name other programs than those found; SYSROOT is where the cross compiler's headers are.
set -eu
cd "$(dirname "$0")/../.."
CLANG=${CLANG:-clang}
LINK=${LINK:-aarch64-linux-gnu-gcc}
SYSROOT=${SYSROOT:-/usr/aarch64-linux-gnu}
QEMU=${QEMU:-$(command -v qemu-aarch64-static || command -v qemu-aarch64 || true)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

sources="Sources/CKernels/*.c Sources/CShims/*.c Tests/Arm/driver.c"
flags="-O2 -Wall -Wextra -Werror -ISources/CKernels/include -ISources/CShims/include"

need() {
  command -v "$1" >/dev/null 2>&1 && return
  echo "$0: $2 is missing; \`make test-arm\` installs what is needed" >&2
  exit 1
}

# check <condition's exit code> <what>
check() {
  if [ "$1" = 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "failed: $2"
  fi
}

# Every line of a table's run against the same line of the generic table on this machine.
compare() {
  awk -v name="$3" -v counts="$work/counts" '
    FNR == NR { expected[FNR] = $0; lines = FNR; next }
    $0 == expected[FNR] { passed++; next }
    { if (failed++ < 5) print "failed: " name ": " $0 ", expected " expected[FNR] }
    END {
      if (FNR < lines) { failed += lines - FNR; print "failed: " name ": ended after " FNR " of " lines " lines" }
      print passed + 0, failed + 0 > counts
    }' "$1" "$2"
  read -r right wrong <"$work/counts"
  passed=$((passed + right))
  failed=$((failed + wrong))
  echo "$3: $right equal, $wrong different"
}

# run_tables <label> <what chooses neon, or nothing> <tables expected, or nothing> <command…>
run_tables() {
  label=$1 neon=$2 expected=$3
  shift 3
  "$@" >"$work/tables" 2>"$work/choice" || { cat "$work/choice"; check 1 "$label: the driver does not run"; return; }
  tables=$(tr '\n' ' ' <"$work/tables")
  if [ -n "$expected" ]; then
    [ "$tables" = "$expected " ] && code=0 || code=1
    check $code "$label has tables $tables, expected $expected"
    grep -q "neon is $neon\$" "$work/choice" && code=0 || code=1
    check $code "$label: $(cat "$work/choice"), expected $neon"
  fi
  for table in $tables; do
    "$@" "$table" >"$work/lines" || check 1 "$label: $table ended with an error"
    compare "$work/expected" "$work/lines" "$label $table"
  done
}

need "$CLANG" "clang, which comes with Swift,"
"$CLANG" $flags Sources/CKernels/*.c Tests/Arm/driver.c -lm -o "$work/native"
"$work/native" generic >"$work/expected"
run_tables "$(uname -m)" "" "" "$work/native"

if [ "$(uname -m)" != aarch64 ]; then
  need "$LINK" "a linker for aarch64"
  need "${QEMU:-qemu-aarch64-static}" "qemu for programs of aarch64"
  for source in $sources; do
    "$CLANG" --target=aarch64-linux-gnu --sysroot="$SYSROOT" -isystem "$SYSROOT/include" $flags -c "$source" \
      -o "$work/$(basename "$source").o" && code=0 || code=1
    check $code "$source does not compile without warnings for aarch64"
  done
  "$LINK" -static "$work"/*.o -lm -o "$work/aarch64"
  run_tables "aarch64 -cpu max" neon_dot "generic neon neon_plain neon_dot" "$QEMU" -cpu max "$work/aarch64"
  run_tables "aarch64 -cpu cortex-a57" neon_plain "generic neon neon_plain" "$QEMU" -cpu cortex-a57 "$work/aarch64"
fi

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
