import type { PerlPart } from './perl.ts'

/**
 * What the parts share that look and write: the system's numbers on this machine, a path's or handle's state, the text of a
 * file, and the powers of a user, whose id root's process takes until `back()`. It is defined before whatever uses it.
 */
export const PERL_POWERS: PerlPart = {
  name: 'powers',
  text: String.raw`
open my $x, '<', '/proc/self/exe'; binmode $x; read $x, my $e, 20; close $x;
# by the kind of machine, of 64 bits: the numbers of statx, getcwd, flistxattr, fdatasync, fsync, and O_NOFOLLOW, O_DIRECTORY
my @y = (291, 17, 13, 83, 82);
($X, $GETCWD, $LIST, $FDATASYNC, $FSYNC, $F, $ISDIR) =
  @{{"\2>" => [332, 79, 196, 75, 74, 0x20000, 0x10000], "\2\xb7" => [@y, 0x8000, 0x4000], "\2\xf3" => [@y, 0x20000, 0x10000]}->{join '', map substr($e, $_, 1), 4, 18} || []};
# as it is to be set again: one number alone would leave the others as they are
$G = $) =~ / / ? $) : "$) $)";
sub slurp {
  my ($p) = @_;
  sysopen my $h, $p, 0x80800 | $F or return;
  # more than these would take too much of the memory
  -f $h && -s _ <= 0x800000 or return;
  my $t = ''; my $n;
  while ($n = sysread $h, $t, 65536, length $t) { return if length $t > 0x800000 }
  defined $n ? $t : undef
}
# PATH FOLLOW, or HANDLE: what statx tells; a number that names a file is no handle of it
sub statx {
  my ($h, $f) = @_;
  my ($p, $b) = (ref $h ? '' : "$h", "\0" x 256);
  syscall($X, ref $h ? fileno $h : -100, $p, ref $h ? 0x1100 : $f ? 0 : 0x100, 0x7ff, $b) < 0 ? undef : $b
}
# old kernels have none, and some containers forbid it
$X &&= statx('/', 1) && $X;
# whether only files tell the accounts, as k_local does
sub islocal {
  return if -d '/etc/userdb' || -d '/run/userdb';
  my $t = slurp('/etc/nsswitch.conf') // return;
  my %n;
  for (split /\n/, $t) {
    my ($d, $l) = /^\s*(\S+)\s*(.*)/ or next;
    return if $d =~ /^initgroups:|^(?:passwd|group):./;
    next if $d !~ /^(?:passwd|group):$/;
    $l =~ s/#.*//;
    return if $n{$d}++ || grep { !/^(?:files|systemd)$/ } split ' ', $l;
  }
  2 == keys %n
}
# NAME: takes a user's powers until back() is called; $Z says so
sub become {
  my ($n) = @_;
  return if $> || !islocal();
  my @e = map [split /:/], grep /^\Q$n\E:/, split /\n/, slurp('/etc/passwd') // '';
  return if @e != 1 || grep !/^[1-9]\d{0,8}$/, @{$e[0]}[2, 3];
  my ($u, $g) = @{$e[0]}[2, 3];
  my @g = map { my @m = split /:/; grep({ $_ eq $n } split /,/, $m[3] // '') ? $m[2] : () } split /\n/, slurp('/etc/group') // return;
  $) = "$g $g @g";
  $> = $u;
  $Z = 1;
  return 1 if $> == $u && $) == $g;
  back();
  0
}
sub back { $> = 0; $) = $G; $Z = 0 }
`,
}
