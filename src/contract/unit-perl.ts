/**
 * What the script of unit-script.ts tells of a service, told by perl: only sshd, systemctl and pgrep are programs. Before
 * the arguments of a question that has a check are the files that decide it; they are told as `k_checked` tells them.
 */
export const PERL_UNIT = {
  name: 'unit',
  text: String.raw`
$P{unit} = sub {
  my $globs = @_ > 6 ? shift : '';
  my ($program, $properties, $brief, $config, $names, $sockets, @check) = @_;
  # what reads files and their times came with the first look
  $X && defined &watch or return;
  my @names = split ' ', $names;
  my ($pid, $file, $newer);
  for ("/run/$program.pid", "/var/run/$program.pid", "/run/$program/$program.pid") {
    -f $_ or next;
    open my $h, '<', $_ or return;
    my $l = <$h> // next;
    $l =~ /^([0-9]+)\n?\z/ or return;
    -d "/proc/$1" or next;
    ($pid, $file) = ($1, $_);
    last
  }
  # in nanoseconds, as the -nt of most shells; that of busybox is coarser
  my $moment = sub { my ($s, $n) = unpack 'qL', substr statx($_[0], 1) // return, 112; $s * 1000000000 + $n };
  if ($pid) {
    $O .= "daemon $pid $file\n";
    my $t = $moment->($file) // return;
    $newer = $config ne '' && grep { ($moment->($_) // $t) > $t } $config, "$config.d";
  }
  # the system's clock: 0, or, 5, the one by which the kernel dates files
  my $clock = sub { my $t = "\0" x 16; syscall($X == 332 ? 228 : 113, $_[0], $t) and die; unpack 'qq', $t };
  my $uptime = sub { slurp('/proc/uptime') =~ /^(\S+)/ or die; $1 };
  my $clocks = sub {
    for (1 .. 3) {
      my ($u, @t) = ($uptime->(), $clock->(0));
      my $v = $uptime->();
      $O .= sprintf "clocks\n%s\n%d.%09d\n%s\n", $u, @t, $v;
      last if substr($u, 0, -1) eq substr $v, 0, -1;
    }
  };
  my $systemd = -d '/run/systemd/system';
  if ($systemd && $pid && $brief ne '' && !$newer) {
    for my $g (split /\n/, slurp("/proc/$pid/cgroup") // '') {
      for (@names) {
        my $n = s/\.service\z//r;
        if ($g =~ m{^(?:.*:name=systemd:|0::).*/\Q$n\E\.service\z}) { $O .= "unit $_\n"; return 0 }
      }
    }
  }
  $clocks->() if $systemd || $newer;
  if ($newer && @check) {
    if ($globs ne '') {
      select undef, undef, undef, .04;
      my ($s, $l) = watch($globs);
      # the directory of this process is older than the moment
      my $now = statx('/proc/self/.', 1) // return;
      substr($now, 96, 12) = pack 'qL', $clock->(5);
      $O .= join "\0", 'told on the way', $s, $l // '', line($now) . '|/proc/self/.', '';
    }
    my ($o, $c) = heard(@check) or return;
    $O .= "$o\0$c\0" if $globs ne '';
    $O .= "accepted\n" if !$c;
  }
  if ($systemd) {
    my $has = sub {
      my $n = shift;
      grep -e "$_/$n", map({ ("/etc/systemd/$_", "/run/systemd/$_") } 'system', 'system.attached'), map("/run/systemd/$_", 'transient', 'generator.early', 'generator', 'generator.late'), map("$_/lib/systemd/system", '/usr/local', '/usr', '')
    };
    my ($one) = grep { $has->(s/\.service\z//r . '.service') } @names;
    $O .= 'systemd ' . ($one // $names) . "\n";
    local $ENV{TZ} = 'UTC';
    my ($o, $c) = heard('systemctl', 'show', '--no-pager', "--property=$properties", '--', $one // @names, grep $has->($_), split ' ', $sockets) or return;
    # its complaints are the script's to tell
    return if $c;
    $O .= $o;
    return 0
  }
  $O .= "openrc\n" if -e '/run/openrc';
  for (@names) {
    my $n = s/\.service\z//r;
    next if $n =~ m{/} || !-e "/etc/init.d/$n";
    $O .= "script $n\n";
    for my $d ('/etc/rc2.d', '/etc/rc3.d') {
      opendir my $h, $d or next;
      $O .= "starts $d/$_\n" for sort grep /^S[0-9][0-9]\Q$n\E\z/, readdir $h;
    }
    for ("/etc/runlevels/default/$n", "/etc/runlevels/boot/$n") { $O .= "starts $_\n" if -e $_ || -l $_ }
  }
  if (!$pid) {
    my ($p, $c) = heard('pgrep', '-o', '-x', '--', $program) or return;
    if (!$c) {
      $p =~ /^([0-9]+)\n\z/ or return;
      my ($s) = split /\n/, slurp("/proc/$1/stat") // '';
      $O .= "process $1 " . ($s // '') . "\n";
      $clocks->();
    }
  }
  0
};
`,
}
