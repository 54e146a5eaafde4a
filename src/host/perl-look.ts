import type { PerlPart } from './perl.ts'

/**
 * Looks at paths as the functions of look-library.ts do, with the powers of root or of a user whose id root's process
 * takes meanwhile. What is not plain is left to those functions, behind all that was answered here.
 */
export const PERL_LOOK: PerlPart = {
  name: 'look',
  text: String.raw`
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
  if ($user ne '') { become($user) or return }
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
