/**
 * The program that a host's perl runs as the reader of a session: it answers what it can without a process, and has one
 * shell, started when it is needed first, run the rest. It is sent in one line; so strings in it hold no ends of lines.
 *
 * `%P` holds what it can answer, by name: each takes its fields, adds to `$O` what it puts out, and gives the exit code;
 * undef, before anything was done or put out, where the script has to be run instead. As long as `$L` says that a change
 * is left to a script which was not sent, all that comes is left.
 */
export const MAIN = String.raw`
binmode STDIN; binmode STDOUT;
delete @ENV{qw(CDPATH ENV BASH_ENV LANGUAGE IFS)};
$ENV{LC_ALL} = 'C';
$ENV{PATH} = join ':', grep length, $ENV{PATH}, '/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin';
umask 022;
$O = $D = '';
# all of it, whatever a signal does, and though a program left the pipe so that it waits for nobody
sub put {
  my ($h, $b, $n, $a) = (@_, 0, 0);
  while ($a < length $b) {
    $n = syswrite $h, $b, length($b) - $a, $a;
    if ($n) { $a += $n }
    elsif ($! == 11) { vec(my $w = '', fileno $h, 1) = 1; select undef, $w, undef, undef }
    elsif ($! != 4) { exit 1 }
  }
}
sub flush { put(STDOUT, $O); $O = '' }
sub quoted { my $w = shift; $w =~ s/'/'\\''/g; "'$w'" }
# a program and its arguments: what it puts out, and its exit code; it reads nothing, and what it complains of is dropped
sub heard {
  my $p = open(my $h, '-|') // return;
  if (!$p) { open STDIN, '<', '/dev/null'; open STDERR, '>', '/dev/null'; exec { $_[0] } @_; exit 127 }
  local $/;
  my $o = <$h> // '';
  close $h;
  ($o, $? & 127 ? 128 + ($? & 127) : $? >> 8)
}
# has the shell run a text; it says so on a pipe of its own, after all that it put out
sub sh {
  flush();
  my $t = $D . shift; $D = '';
  if (!$S) {
    local $^F = 99;
    pipe(my $in, W) && pipe(R, my $done) or exit 1;
    # a shell may know numbers of one digit only
    $N = fileno $done;
    $N = $N > 9 ? "/proc/self/fd/$N" : "&$N";
    defined($S = fork) or exit 1;
    if (!$S) { close W; close R; open STDIN, '<&', $in; close $in; exec '/bin/sh'; exit 127 }
  }
  put(W, $t . "printf . >$N\n");
  vec(my $v = '', fileno R, 1) = 1;
  my ($n, $e);
  # where the shell was ended, what it left running may hold the pipe
  until (defined $n || $e) {
    if (select(my $r = $v, undef, undef, 1) > 0) { $n = sysread R, my $b, 1 } else { $e = waitpid $S, 1 }
  }
  return if $n;
  waitpid $S, 0 if !$e;
  kill $? & 127, $$ if $? & 127;
  exit $? >> 8
}
%P = (group => sub {
  kill KILL => -$_[0] if $_[0] > 1;
  $O .= 'perl ' . getpgrp;
  0
});
# what a connection that breaks off leaves half is not done: a text would be written as far as it came
while (defined(my $l = <STDIN>)) {
  chomp $l or exit 1;
  if ($l =~ s/^#P//) { eval $l; next }
  if ($l eq '#R') { $L = 0; next }
  my ($d, $s, $m, $op, @f) = split /\t/, substr($l, 2), -1;
  my $t = '';
  read(STDIN, $D, $d, length $D) == $d && read(STDIN, $t, $s) == $s or exit 1;
  if (defined $op || $L) {
    s/%(..)/chr hex $1/ge for @f;
    my $c = $P{$op} && !$L ? eval { $P{$op}->(@f) } : undef;
    # what was sent behind a change that is left to its script has to wait for it
    if (!defined $c && ($L || !$s)) { $O = ''; $c = 217; $L ||= $l =~ /^#C/ }
    if (defined $c) { $O .= sprintf '%s%03d', $m, $c; flush(); put(STDERR, $m); next }
    $O = '';
  }
  sh($t);
}
`
