import type { PerlPart } from './perl.ts'

/**
 * Looks at paths as the functions of look-library.ts do, with the powers of root or of a user whose id root's process
 * takes meanwhile. What is not plain is left to those functions, behind all that was answered here.
 */
export const PERL_LOOK: PerlPart = {
  name: 'look',
  text: String.raw`
open my $x, '<', '/proc/self/exe'; binmode $x; read $x, my $e, 20; close $x;
# by the kind of machine: the number of statx, and what the kernel calls O_NOFOLLOW
($X, $F) = @{{62 => [332, 0x20000], 183 => [291, 0x8000], 243 => [291, 0x20000]}->{unpack 'v', substr $e, 18} || []};
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
# PATH FOLLOW: what statx tells
sub statx {
  my ($p, $f) = @_;
  my $b = "\0" x 256;
  syscall($X, -100, $p, $f ? 0 : 0x100, 0x7ff, $b) < 0 ? undef : $b
}
# old kernels have none, and some containers forbid it
$X &&= statx('/', 1) && $X;
sub kind { unpack('S', substr $_[0], 28) & 0170000 }
sub names { my ($u, $g) = @_; ($U{$u} //= getpwuid($u) // 'UNKNOWN', $V{$g} //= getgrgid($g) // 'UNKNOWN') }
# as stat's %f|%u|%g|%s|%Y|%Z|%y|%z|%U|%G, with times of UTC
sub line {
  my ($b, $brief) = @_;
  my ($u, $g, $m) = unpack 'LLS', substr $b, 20;
  my ($i, $s) = unpack 'QQ', substr $b, 32;
  my ($c, $cn) = unpack 'qL', substr $b, 96;
  my ($y, $yn) = unpack 'qL', substr $b, 112;
  my ($a, $n) = unpack 'LL', substr $b, 136;
  my $l = join '|', sprintf('%x', $m), $u, $g, $s, $y, $c, $brief ? (sprintf('.%09d', $yn), sprintf('.%09d', $cn)) : (moment($y, $yn), moment($c, $cn)), names($u, $g);
  $brief ? $l : "$l|" . (($a & 0xfff) << 8 | ($a & 0xfffff000) << 32 | $n & 0xff | ($n & 0xffffff00) << 12) . "|$i"
}
sub moment {
  my ($s, $n) = @_;
  my ($c, $m, $h, $d, $o, $y) = gmtime $s;
  sprintf '%04d-%02d-%02d %02d:%02d:%02d.%09d +0000', $y + 1900, $o + 1, $d, $h, $m, $c, $n
}
# PATH FOLLOW: how it is found (f: is there, l: a link, a: is not there, e: it cannot be looked at), its real path, statx, target or words
sub walk {
  my ($p, $follow) = @_;
  return if $p !~ m{^/} || $p =~ m{//|/\.\.?(?:/|$)|[\n\0]|./$};
  return ('f', '/', statx('/', 1) // return) if $p eq '/';
  my @c = split m{/}, substr $p, 1;
  my ($r, $n, $b, $dangling) = ('', 0);
  while (@c) {
    my $c = shift @c;
    if ($c eq '..') { $r =~ s{/[^/]*$}{}; $b = ''; next }
    my $q = "$r/$c";
    $b = statx($q);
    if (!$b) {
      my $w = "$!";
      return ('e', $p, '', $w) if $! != 2 && $! != 20;
      $q = join '/', $q, @c;
      return $dangling ? ('l', $q, $dangling, readlink($p) // return) : ('a', $q, '', $w)
    }
    if (kind($b) == 0120000) {
      my $t = readlink($q) // return;
      return ('l', $q, $b, $t) if !@c && !$follow;
      return ('e', $p, '', 'Too many levels of symbolic links') if ++$n > 40;
      return if $t eq '' || $t =~ m{/$};
      $dangling ||= $b if !@c;
      $r = '' if $t =~ m{^/};
      unshift @c, grep { $_ ne '' && $_ ne '.' } split m{/+}, $t;
      next
    }
    $r = $q;
  }
  $r = '/' if $r eq '';
  ('f', $r, $b || statx($r) // return)
}
# FOLLOW TEXT PATH: what k_file says of it; nothing where that has to be asked
sub look {
  my ($follow, $text, $p) = @_;
  my ($k, $r, $b, $t) = walk($p, $follow) or return;
  # in what a user mounted himself, only a process that is wholly his may look
  return if $Z && $k eq 'e';
  return "absent\0$r\0: $t\0" if $k eq 'a' || $k eq 'e';
  my $odd = $r =~ m{^/(?:proc|sys|dev)(?:/|$)};
  return if $odd && $Z;
  my $x = '';
  if ($text && kind($b) == 0100000) {
    return if $odd && $r !~ m{^/(?:proc/sys|sys)/};
    $x = slurp($r) // return;
    return if !$odd && length $x != unpack 'Q', substr $b, 40;
  }
  "found\0$r\0" . line($b, 1) . "\0" . ($t // '') . "\0$x"
}
# PATH SUFFIX: what k_list says of it, and of its files whose names end so
sub list {
  my ($p, $suffix) = @_;
  my ($k, $r, $b, $w) = walk($p, 1) or return;
  return "absent\0$r\0: $w\0" if $k eq 'a' || $k eq 'e';
  return "other\0$r\0\0" if kind($b) != 0040000;
  opendir my $h, $r or return;
  my @n = grep { $_ ne '.' && $_ ne '..' } readdir $h;
  my @t;
  for (sort grep { substr($_, -length $suffix) eq $suffix && !/^\.|[^A-Za-z0-9._-]/ && -f "$r/$_" } @n) {
    my $f = "$p/$_";
    my $said = look(1, 1, $f) // next;
    push @t, $f, $said;
  }
  ("found\0$r\0\0" . join('', map "$_\0", @n), @t)
}
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
# UID GID NAME, or NAME alone: takes a user's powers until back() is called
sub become {
  my ($u, $g, $name) = @_;
  return if $> || !islocal();
  if (!defined $g) {
    ($name, my @e) = ($u, map split(/:/), grep /^\Q$u\E:/, split /\n/, slurp('/etc/passwd') // '');
    ($u, $g) = @e[2, 3];
    return if grep !/^\d+$/, $u // '', $g // '';
  }
  my @g = map { my @e = split /:/; grep({ $_ eq $name } split /,/, $e[3] // '') ? $e[2] : () } split /\n/, slurp('/etc/group') // return;
  $) = "$g $g @g";
  $> = $u;
  $Z = 1;
  return 1 if $> == $u && $) == $g;
  back();
  0
}
sub back { $> = 0; $) = $G; $Z = 0 }
# GLOBS: the files that decide an answer, as k_watch tells them
sub watch {
  my ($globs) = @_;
  my (@n, $links, $odd);
  for my $w (split ' ', $globs) {
    my @w = $w;
    if ($w =~ m{^(.*)/([^/]*)\*([^/]*)$}) {
      my ($d, $a, $z) = ($1, $2, $3);
      opendir my $h, $d or next;
      @w = map "$d/$_", sort grep { !/^\./ && /^\Q$a\E.*\Q$z\E$/s } readdir $h;
    }
    for (@w) {
      my $b = statx($_) // next;
      my $l = kind($b) == 0120000;
      next if $l && !-e $_;
      return ('odd') if m{[^A-Za-z0-9._/-]};
      $links ||= $l;
      push @n, $_;
    }
  }
  my $fips = slurp('/proc/sys/crypto/fips_enabled') // '';
  $fips =~ s/\n.*//s;
  (@n . " fips $fips", join "\n", map { my $b = statx($_, 1); $b ? line($b) . "|$_" : () } @n)
}
# NAME: what k_user says of it
sub account {
  my ($n) = @_;
  return '' if islocal() && grep { /^\Q$n\E:/ } split /\n/, slurp('/etc/passwd') // '';
  my @u = getpwnam $n or return;
  # to root perl tells the password of the shadow file
  my $t = join(':', $u[0], 'x', @u[2, 3, 6, 7, 8]) . "\n";
  open my $h, '-|', 'id', '-G', '--', $n or return;
  for my $g ($u[3], split ' ', <$h> // '') {
    my @g = getgrgid $g;
    $t .= @g ? join(':', @g[0, 1, 2], join ',', split ' ', $g[3]) . "\n" : "$g:::\n";
  }
  $t
}
sub net { my $t = shift // ''; $O .= length($t) . ":$t" }
# MARK USER GLOBS STATE LINES QUESTION, and then of each: p FOLLOW TEXT PATH, t PATH SUFFIX, u NAME, s SCRIPT, x TWIN COUNT ARGUMENT...
$P{look} = sub {
  my ($m, $user, $globs, $state, $lines, $question, @i) = @_;
  $X or return;
  %U = %V = ();
  if ($user ne '') { become(split /:/, $user, 3) or return }
  my ($a, $l) = $globs ne '' ? watch($globs) : ();
  my $same = $globs ne '' && $a eq $state && $l eq $lines;
  $O = "perl\0" . ($same ? "as remembered\0" : "\0");
  my $script = '';
  my $known = eval {
    while (@i) {
      my $k = shift @i;
      if ($k eq 'p') {
        my $r = look(splice @i, 0, 3);
        defined $r || $Z or return;
        net($r)
      } elsif ($k eq 't') {
        my ($r, @t) = list(splice @i, 0, 2) or return;
        net($r);
        $O .= @t . ':';
        net($_) for @t
      } elsif ($k eq 's') {
        $script .= shift @i
      } elsif ($k eq 'x') {
        my ($n, $c) = splice @i, 0, 2;
        my @a = splice @i, 0, $c;
        my $o = $O;
        $O = '';
        $c = $P{$n} ? eval { $P{$n}->(@a) } : undef;
        my $r = defined $c ? sprintf('%03d', $c) . $O : '';
        $O = $o;
        net($r)
      } else {
        my $t = account(shift @i);
        $O .= defined $t ? '+' : '-';
        net($t)
      }
    }
    1
  };
  back() if $Z;
  $known or return;
  if ($same) {
    $question = ''
  } elsif ($globs ne '') {
    $O .= "$a\0$l\0" . line(statx('/proc/self/.', 1)) . "|/proc/self/.\0";
    $question = "(eval " . quoted($question) . "); printf '%03d%s' \$? $m\n"
  }
  sh("(eval " . quoted("k_mark=$m k_reader=\n$question$script") . ") </dev/null\n") if "$script$question" ne '';
  0
};
`,
}
