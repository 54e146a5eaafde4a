/**
 * What the script of reload.ts does for an sshd with a pid file that no systemd and no OpenRC runs, done by perl: it is told
 * by its signal, which only `sshd -t` has to agree to. Where sshd refuses, cannot be asked as it was started, or is not
 * told, nothing was done, and the script goes on from there.
 */
export const PERL_RELOAD = {
  name: 'reload',
  text: String.raw`
$P{reload} = sub {
  my ($globs, $state, $lines, $pid, $reopens, $file, $program, $script, @tell) = @_;
  $pid =~ /^[1-9][0-9]*\z/ && $reopens ne '' && -f $file or return;
  open my $held, '<', $file or return;
  my $id = sub { my @s = stat $_[0]; @s ? "$s[0]:$s[1]" : '' };
  my $old = $id->($held);
  if ($program ne '') {
    my $exe = $id->("/proc/$pid/exe");
    $exe ne '' && $exe eq $id->($program) or return;
    # it tells its arguments itself
    open my $h, '<', "/proc/$pid/cmdline" or return;
    read $h, my $title, 65536;
    my ($args) = $title =~ /^sshd: \Q$program\E ([^\0\n]*?)\[listener\] / or return;
    my @args = grep length, split /[ \t]+/, $args;
    # what sshd takes without these, it takes with them: and it took it, where no file has changed since
    my $taken = $globs ne '' && defined &watch && " @args" =~ /^(?: -[Deq]+| -o ?(?:ListenAddress=[0-9.:\[\]]+|(?:Port|MaxStartups|PidFile|LogLevel|SyslogFacility|UseDNS)=\S+))* *\z/i;
    if ($taken) {
      my ($s, $l) = watch($globs);
      $taken = $s eq $state && ($l // '') eq $lines;
      # an address of its own may be none of the family that they want
      if ($taken && "@args" =~ /listenaddress/i) {
        for (map m{\|(/etc/ssh/sshd_config.*)\z}, split /\n/, $l) {
          $taken &&= -d $_ || (slurp($_) // 'addressfamily') !~ /^[^#\n]*addressfamily/im;
        }
      }
    }
    if (!$taken) {
      my (undef, $code) = heard($program, '-t', @args) or return;
      return if $code;
    }
  } else {
    return if "@tell" ne "kill -HUP $pid";
  }
  my $listens = sub {
    opendir my $d, "/proc/$pid/fd" or return;
    my %own = map { (readlink("/proc/$pid/fd/$_") // '') =~ /^socket:\[([0-9]+)\]/ ? ($1, 1) : () } readdir $d;
    for (map "/proc/$pid/net/$_", 'tcp', 'tcp6') {
      open my $h, '<', $_ or next;
      while (<$h>) { return 1 if /^ *[0-9]+: \S+ \S+ 0A \S+ \S+ \S+ +[0-9]+ +[0-9]+ ([0-9]+) / && $own{$1} }
    }
    ''
  };
  kill HUP => $pid or return;
  my ($waited, $pause) = (0, 2);
  my $end = 'silent';
  while ($waited < 1500) {
    select undef, undef, undef, $pause / 100;
    $waited += $pause;
    if (!-d "/proc/$pid") { $end = 'gone'; last }
    # another file than the one that is held open
    my $now = -s $file && $id->($file);
    if ($now && $now ne $old || $waited >= 150 && $listens->()) { $end = 'back'; last }
    $pause += 2 if $pause < 8;
  }
  $O .= "\n$end\n";
  0
};
`,
}
