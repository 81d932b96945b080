/** Where the program writes, in its container. */
export const RECORDS_DIRECTORY = '/records';

/**
 * Holds connections for ever, and asks on each for a sequence number every INTERVAL_MS: a program for bash, which the
 * probe image has, without any other process while all goes well. It asks agnhost's netexec, which echoes by HTTP and by
 * UDP. Environment: PATHS, lines of `NAME tcp|udp ADDRESS PORT`; RECORDS, a directory; THRESHOLD_MS, what is a gap.
 *
 * NAME.state is one line, written over every second; NAME.records gains a line for each gap and reset; `starts` one for
 * each start. Nothing counts before there is a file `begin`: what opens the way takes its time. Times are of the pod's clock, in ms since the epoch. parseClient reads them.
 */
export const CLIENT_PROGRAM = `set -u
LC_ALL=C
trap '' PIPE # a connection that is gone is a finding, not the end
trap 'exit 0' TERM
interval=$((INTERVAL_MS * 1000)) # all times in microseconds, until they are written

main() {
  echo $((\${EPOCHREALTIME/[.,]/} / 1000)) >>"$RECORDS/starts" # more than one line: this container was restarted
  [ -p "$RECORDS/idle" ] || mkfifo "$RECORDS/idle"
  exec 9<>"$RECORDS/idle" # never has anything to read: a sleep without a process
  while read -r name protocol address port; do
    hold "$RECORDS/$name" "$protocol" "$address" "$port" &
  done <<<"$PATHS"
  wait
}

hold() {
  local file=$1 protocol=$2 address=$3 port=$4
  local threshold=$THRESHOLD_MS is_open=0 need=0 reply='' part='' now before wait seconds next=0 told=0
  local sent=0 answered=0 expected=0 lost=0 reordered=0 resets=0 records=0
  local since=0 longest=0 longest_at=0 missed=0 counts=0
  : >>"$file.records"
  while :; do
    now=\${EPOCHREALTIME/[.,]/}
    ((now >= told && now - told < 1000000)) || tell
    if ((!is_open)); then
      open || pause
      continue
    fi
    if ((now >= next || next - now > interval)); then ask || { reset; continue; }; fi
    ((before = now, wait = next - now < 1000 ? 1000 : next - now))
    printf -v seconds '0.%06d' "$wait"
    read -r -N $((need - \${#reply})) -t "$seconds" -u 3 part
    case $? in
      0) reply+=$part && accept && reply='' ;;
      1) reset ;;
      *) reply+=$part ;; # no more to read yet
    esac
  done 2>/dev/null
}

pause() { read -r -t 0.02 -u 9; }

# A connection that does not come about would hold this shell for minutes, so another one tries first.
open() {
  timeout 1 "$BASH" -c ": <>/dev/$protocol/$address/$port" || return 1
  { exec 3<>"/dev/$protocol/$address/$port"; } || return 1
  reply='' is_open=1 next=0
  ((need > 0)) || measure || { exec 3>&-; is_open=0; return 1; }
}

# The length of an answer: each has the same, head and all.
measure() {
  local line='' head=0
  if [ "$protocol" = tcp ]; then
    question 0
    until [ "$line" = $'\\r' ]; do
      read -r -t 2 -u 3 line || return 1
      ((head += \${#line} + 1))
    done
    read -r -N 8 -t 2 -u 3 line || return 1
  fi
  ((need = head + 8))
}

question() {
  if [ "$protocol" = udp ]; then
    printf 'echo %08d' "$1" >&3
  else
    printf 'GET /echo?msg=%08d HTTP/1.1\\r\\nHost: monitor\\r\\n\\r\\n' "$1" >&3
  fi
}

# Of TCP not more than a second's worth is on its way: a full buffer would hold this shell.
ask() {
  ((next = next + interval > now && next <= now ? next + interval : now + interval))
  [ "$protocol" = udp ] || ((sent - expected < 1000000 / interval)) || return 0
  question "$sent" || [ "$protocol" = udp ] || return 1
  ((since > 0)) || since=$now
  ((sent += 1))
}

# A gap goes from the first question without an answer to the next answer. While this shell had no processor an answer
# may have lain there: that time is no gap.
accept() {
  local number=\${reply: -8} late gap
  [[ $number == [0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9] ]] || { reset; return; }
  ((number = 10#$number, now = \${EPOCHREALTIME/[.,]/}, late = now - before - wait))
  ((late > 30000)) || late=0
  ((missed += late, answered += 1))
  if ((since > 0 && counts)); then
    ((gap = now - late > since ? (now - late - since) / 1000 : 0))
    ((gap <= longest)) || ((longest = gap, longest_at = since / 1000))
    ((gap < threshold)) || record "gap $((since / 1000)) $gap"
  fi
  if ((number >= expected)); then
    ((lost += number - expected, expected = number + 1))
  else
    ((reordered += 1, lost -= 1))
  fi
  since=0
  return 0
}

# TCP: the connection is gone, and a new one is opened. UDP has none that could be gone.
reset() {
  [ "$protocol" = tcp ] || { pause; return; }
  exec 3>&-
  ((is_open = 0, lost += sent - expected, expected = sent, resets += 1))
  ((since > 0)) || since=$now
  ((!counts)) || record "reset $((now / 1000)) 0"
}

# Small gaps without end must not fill the directory: after each hundred a gap has to be twice as long.
record() {
  printf '%s\\n' "$1" >>"$file.records"
  ((records += 1))
  ((records % 100)) || ((threshold *= 2))
}

tell() {
  told=$now
  ((counts)) || [ ! -e "$RECORDS/begin" ] || counts=1 lost=0 reordered=0 resets=0 missed=0
  printf '%-159s\\n' "$((now / 1000)) $sent $answered $lost $reordered $resets $longest $longest_at $((since / 1000)) \\
$threshold $((missed / 1000)) $((need > 0))" 1<>"$file.state"
}

main
`;

/** Shows all records in the directory $1, and what time it is in the pod; all counts from then on where $2 is `begin`. */
export const SHOW_PROGRAM = `
cd "$1" && { [ "$2" != begin ] || : >begin; } && echo "now $((\${EPOCHREALTIME/[.,]/} / 1000))" && cat starts || exit 1
for state in *.state; do
  printf 'path %s\\n' "\${state%.state}"
  cat "$state" "\${state%.state}.records"
done
`;
