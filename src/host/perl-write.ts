import type { PerlPart } from './perl.ts'

/**
 * Writes files as the functions of write-library.ts do, one after the other, where all of them are plain: regular files
 * and directories without rights, attributes or second names, in directories that are the writer's alone. The first that
 * is not, or cannot be written, is left to those functions, and so are all behind it; where some are written by then, what
 * is there is said not to be what was found, so that it is looked at again. It works from inside the directory and by
 * handles; a text that was found is compared byte for byte, and comes as what of it is not in the new one.
 */
export const PERL_WRITE: PerlPart = {
  name: 'write',
  text: String.raw`
my ($t, $now, $i, $touched, $random, %names, %named) = ('', '');
my $facts = sub { unpack 'LLLS', substr $_[0], 16 };
# all that changes where somebody changes it
my $print = sub { defined $_[0] ? substr($_[0], 16, 32) . substr($_[0], 96, 32) . substr($_[0], 136, 8) : '' };
my $odd = sub { die "odd\n" };
# HANDLE [NAMES]: it has no attributes, or no others than these
my $bare = sub {
  my ($h, $but) = @_;
  my $b = "\0" x 4096;
  my $n = syscall $LIST, fileno $h, $b, 4096;
  $n >= 0 || $! == 95 or $odd->();
  $but && /$but/ or $odd->() for $n > 0 ? split /\0/, substr $b, 0, $n : ()
};
my $whole = sub {
  my ($h, $t, $n) = ($_[0], '');
  while ($n = sysread $h, $t, 65536, length $t) { length $t > 0x800000 and $odd->() }
  defined $n or die "$!\n";
  $t
};
my $name = sub { my ($k, $n) = @_; $names{$k . $n} //= ($k eq 'u' ? getpwuid $n : getgrgid $n) // 'UNKNOWN' };
my $is = sub { my ($k, $n, $w) = @_; $w eq '' || $w eq $n || $w eq $name->($k, $n) };
my $id = sub {
  my ($k, $n, $w) = @_;
  $is->(@_) ? $n : ($k eq 'u' ? getpwnam $w : getgrnam $w) // ($w =~ /^\d{1,9}$/ ? $w : $odd->())
};
# NAME: has that user's powers from now on, or root's again
my $become = sub {
  my ($n) = @_;
  return if $n eq $now;
  if ($now ne '') { back(); $now = '' }
  return if $n eq '';
  become($n) or $odd->();
  $now = $n
};
# goes into a directory that is the writer's alone
my $enter = sub {
  my ($d) = @_;
  my $b = "\0" x 4096;
  chdir $d or $odd->();
  syscall($GETCWD, $b, 4096) > 0 && unpack('Z*', $b) eq $d or $odd->();
  sysopen my $h, '.', $ISDIR or $odd->();
  my (undef, $u, undef, $m) = $facts->(statx($h) // $odd->());
  $u == $> && !($m & 02022) or $odd->();
  # what is made in it is given none of these
  $bare->($h, '^(?:trusted|user)\.');
  $h
};
# shows that somebody writes here, as k_turn does
my $show = sub {
  # known before it is there: a signal takes it away
  $t = ".keyward-$$-$random$i";
  sysopen my $h, $t, 0xc2 | $F, 0600 or die "$!\n";
  my (undef, $u, undef, $m) = $facts->(statx($h));
  $u == $> && $m == 0100600 or $odd->();
  $bare->($h);
  $h
};
my $alone = sub {
  opendir my $d, '.' or $odd->();
  /^\.keyward-([^-]*)-/ && $1 ne $$ && -d "/proc/$1" and $odd->() for readdir $d
};
# HANDLE FACTS UID GID MODE, of what has its name already or not: gives it what it has not
my $give = sub {
  my ($h, $was, $u, $g, $mode, $there) = @_;
  my (undef, $a, $b, $m) = $facts->($was);
  my $given = $a != $u || $b != $g;
  if ($given) { $> && $odd->(); chown $u, $g, $h or die "$!\n"; $touched ||= $there }
  if ($mode ne '' && ($given || ($m & 07777) != oct $mode)) { chmod oct $mode, $h or die "$!\n"; $touched ||= $there }
  # what the system did not keep of a file in its place, the next look tells
  return if $there;
  (undef, $a, $b, $m) = $facts->(statx($h));
  $a == $u && $b == $g && ($mode eq '' || ($m & 07777) == oct $mode) or $odd->()
};
# LOOK PATH WANTED FOUND, OWNER GROUP MODE as found, as wanted, TEXT WAS: wanted is a text (f), a mode (m), a directory (d)
my $one = sub {
  my ($look, $path, $want, $found, $fo, $fg, $fm, $o, $g, $mode, $text, $was) = @_;
  my ($d, $n) = $path =~ m{^(.*)/([^/]+)$}s or $odd->();
  my $in = $enter->($d eq '' ? '/' : $d);
  my $new = $want eq 'd' || $look ? undef : $show->();
  $alone->() if $want ne 'd';
  my ($b, $old) = statx($n);
  defined $b || $! == 2 or $odd->();
  my ($links, $u, $v, $m) = $b ? $facts->($b) : (1, $>);
  my $k = $b ? {0100000, 'f', 0040000, 'd'}->{$m & 0170000} // $odd->() : 'a';
  # what only root can give, he gives afterwards; and whoever gives a file away takes two bits from it
  my $kept = $is->('u', $u, $o) && $is->('g', $v // $) + 0, $g);
  $> ? $kept && $u == $> : $kept || $want ne 'f' || $mode ne '' || !($b && $m & 06000) or $odd->();
  # a directory that its maker cannot open is no plain one
  $> && $want eq 'd' && $mode ne '' && !(0400 & oct $mode) and $odd->();
  if ($b) {
    sysopen $old, $n, 0x900 | $F or $odd->();
    $print->(statx($old)) eq $print->($b) && ($links == 1 || $k eq 'd') or $odd->();
    $bare->($old);
  }
  return if $look;
  $k eq $found or $odd->();
  !$b || $is->('u', $u, $fo) && $is->('g', $v, $fg) && ($fm eq '' || oct $fm == ($m & 07777)) or $odd->();
  my $still = sub {
    my ($p, $s, $w) = split / /, $was, 3;
    $was eq '' || $whole->($old) eq substr($text, 0, $p) . $w . substr($text, length($text) - $s) or $odd->()
  };
  if (!$b && $want eq 'd') {
    $mode = 755 if $mode eq '';
    my $mask = umask 0;
    my $made = mkdir $n, 0777 & oct $mode;
    my $why = "$!\n";
    umask $mask;
    $made or die $why;
    $touched = 1;
    $b = statx($n);
    sysopen $old, $n, $ISDIR | $F or $odd->();
    (undef, $u, $v, $m) = $facts->($b);
    $u == $> && $print->(statx($old)) eq $print->($b) or $odd->();
  }
  if ($want ne 'f') {
    $still->();
    $give->($old, $b, $id->('u', $u, $o), $id->('g', $v, $g), $mode, 1);
    if ($t ne '') { unlink $t or die "$!\n"; $t = '' }
  } else {
    my $made = statx($new);
    my (undef, $nu, $ng) = $facts->($made);
    ($v, $m) = ($ng, 0644) if !$b;
    $> and $u != $nu || $v != $ng and $odd->();
    my ($wu, $wg) = ($id->('u', $u, $o), $id->('g', $v, $g));
    for (my $a = 0; $a < length $text;) { $a += syswrite($new, $text, length($text) - $a, $a) || die "$!\n" }
    sysseek $new, 0, 0;
    $whole->($new) eq $text or $odd->();
    $give->($new, $made, $wu, $wg, $mode eq '' ? sprintf('%o', $m & 07777) : $mode, 0);
    syscall($FDATASYNC, fileno $new) < 0 and die "$!\n";
    $still->();
    $print->(statx($n)) eq $print->($b) or $odd->();
    if (!rename $t, $n) { $! == 16 ? $odd->() : die "$!\n" }
    $t = '';
  }
  $named{$d} = $in if $want eq 'f' || $found eq 'a'
};
# MARK RANDOM USER, and then of each: USER where it is another (of the session: nothing), and what is told to the function above
$P{write} = sub {
  my ($mark, $r, $as, @f) = @_;
  return if !$X || -e '/sys/fs/selinux/enforce' || -e '/selinux/enforce';
  sysopen my $home, '.', $ISDIR or return;
  $random = $r;
  my $clean = sub { unlink $t if $t ne ''; $t = '' };
  local @SIG{qw(HUP INT TERM)} = (sub { $clean->(); exit 1 }) x 3;
  my ($c, $out, %will, @t) = (0, '');
  while (@f) { push @t, [splice @f, 0, 12]; $t[-1][0] = $as if $t[-1][0] eq '' }
  my $try = sub {
    my $ok = eval { my ($look, $user, @a) = @_; $become->($user); $one->($look, @a); 1 };
    my $why = $@;
    $clean->();
    $ok ? '' : $why
  };
  $touched = $i = 0;
  for (@t) {
    my $d = $will{$_->[1] =~ m{^(.*)/}s ? $1 : ''};
    # a directory that is to be made is plain where nobody else will write in it
    if ($d ? $d->[2] eq 'd' && ($d->[9] ne '' && oct($d->[9]) & 02022 || ($d->[7] || $d->[0] || 'root') ne ($_->[0] || 'root')) : !$will{$_->[1]} && $try->(1, @$_) ne '') { $c = undef; last }
    $will{$_->[1]} = $_
  }
  for (defined $c ? @t : ()) {
    my $why = $try->(0, @$_);
    if ($why ne '') {
      if (!$touched) { $c = undef; last }
      $c = $why eq "odd\n" ? 10 : 1;
      $out .= $why if $c == 1;
      last
    }
    $touched = 1;
    last if ++$i == @t;
    $O .= $mark;
    $out .= $mark
  }
  eval { $become->('') };
  chdir $home;
  syscall $FSYNC, fileno $_ for values %named;
  %named = %names = ();
  put(STDERR, $out) if defined $c;
  $c
};
`,
}
