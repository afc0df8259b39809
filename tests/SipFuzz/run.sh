#!/usr/bin/env bash
# Fuzzes the SIP library with AFL++ (Debian package afl++), guided by the coverage of an instrumented copy. Exits 0 only when every
# seed and every input that was tried held; what did not stays in OUTPUT.
#   tests/SipFuzz/run.sh [--seconds 60] [--seeds FOLDER] [--output FOLDER] [--no-build]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
seconds=60 seeds='' output='' build=true
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) seconds=$2; shift 2 ;;
    --seeds) seeds=$2; shift 2 ;;
    --output) output=$2; shift 2 ;;
    --no-build) build=false; shift ;;
    *) sed -n 's/^#   //p' "$0" >&2; exit 2 ;;
  esac
done
command -v afl-fuzz >/dev/null || { echo 'afl-fuzz is missing: apt-get install afl++' >&2; exit 2; }
output=${output:-$(mktemp -d)}
mkdir -p "$output"
$build && dotnet build "$here" -c Release -v quiet

rm -rf "$output/harness" "$output/seeds" "$output/afl"
cp -r "$here/bin/Release/net10.0" "$output/harness"
harness=$output/harness/MediaEngine.SipFuzz.dll
dotnet "$harness" instrument "$here/bin/Release/net10.0/MediaEngine.Sip.dll" "$output/harness/MediaEngine.Sip.dll"
mkdir "$output/seeds"
if [ -n "$seeds" ]; then
  cp "$seeds"/* "$output/seeds"
else
  cp "$here"/../Control.Tests/Sip/Rfc*/*.dat "$output/seeds"
  dotnet "$harness" seeds "$output/seeds"
fi
# AFL++ would pass over a seed that fails.
dotnet "$harness" "$output"/seeds/* || { echo "Seeds fail: see above." >&2; exit 1; }

export AFL_SKIP_BIN_CHECK=1 AFL_NO_UI=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1
export DOTNET_gcConcurrent=0 DOTNET_TieredPGO=0
status=0
afl-fuzz -i "$output/seeds" -o "$output/afl" -x "$here/sip.dict" -t 10000 -m none -V "$seconds" -- dotnet "$harness" @@ >"$output/afl.log" 2>&1 || status=$?
value() { sed -nE "s/^$1 +: //p" "$output/afl/default/fuzzer_stats"; }
if [ "$status" -ne 0 ] || [ ! -f "$output/afl/default/fuzzer_stats" ]; then
  tail -n 20 "$output/afl.log" >&2
  echo "AFL++ ended with $status; what ran last, if anything did, is $output/afl/default/.cur_input" >&2
  exit 1
fi
crashes=$(value saved_crashes) hangs=$(value saved_hangs)
echo "$(value execs_done) runs in $(value run_time) s, $(value edges_found) ways, $(value corpus_found) inputs that reach more, $crashes crashes, $hangs hangs"
[ "$crashes" -eq 0 ] && [ "$hangs" -eq 0 ] && exit 0
for crash in "$output"/afl/default/{crashes,hangs}/id*; do
  [ -f "$crash" ] || continue
  echo "$crash" >&2
  [[ $crash == */crashes/* ]] && dotnet "$harness" "$crash" || true
done
exit 1
