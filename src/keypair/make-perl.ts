/**
 * What the script of make-pair.ts does for a pair where there is none, done by perl: only ssh-keygen is a program. Names
 * are given by links, which replace nothing; whatever is not plain is taken away again, and left to the script.
 */
export const PERL_MAKE = {
  name: 'make',
  text: String.raw`
$P{make} = sub {
  my ($path, $mode, $owner, $tmp, @make) = @_;
  my ($name) = $path =~ m{/([^/]+)\z} or return;
  $mode =~ /^0?[0-7]{3}\z/ or return;
  my ($u, $g) = $owner =~ /^([^:]*)(?::([^:]+))?\z/ or return;
  $u = $u eq '' ? -1 : getpwnam($u) // return;
  $g = defined $g ? getgrnam($g) // return : -1;
  return if lstat $path or lstat "$path.pub";
  opendir my $here, '.' or return;
  my ($me, $busy, $signal, $made, $in, $pid, @put, $code) = ($$);
  {
    local @SIG{qw(HUP INT TERM)} = (sub { $$ == $me or exit 1; $signal = shift; $busy or die }) x 3;
    $code = eval {
      $made = mkdir $tmp, 0700 or die;
      chdir $tmp or die;
      my ($at, @s) = (join(' ', (lstat $tmp)[0, 1]), stat '.');
      # whoever owns the directory around it may have put a link to another one there
      "$s[0] $s[1]" eq $at && $s[4] == $> && ($s[2] & 0777) == 0700 or die;
      $in = 1;
      $pid = fork // die;
      if (!$pid) {
        $SIG{$_} = 'DEFAULT' for qw(HUP INT TERM);
        delete @ENV{qw(DISPLAY SSH_ASKPASS)};
        $ENV{SSH_ASKPASS_REQUIRE} = 'never';
        open STDIN, '<', '/dev/null';
        open STDOUT, '>&STDERR';
        exec { $make[0] } @make, '-f', "./$name";
        exit 127
      }
      waitpid($pid, 0) == $pid or die;
      $pid = 0;
      # that there is no such program is the shell's to say
      die if $? == 127 << 8;
      return $? & 127 ? 128 + ($? & 127) : $? >> 8 if $?;
      for (["./$name", oct $mode], ["./$name.pub", 0644]) {
        my ($f, $m) = @$_;
        my @s = lstat $f or die;
        -f _ or die;
        ($s[2] & 07777) == $m or chmod $m, $f or die;
        $owner eq '' or chown $u, $g, $f or die;
      }
      open my $h, '<', "./$name.pub" or die;
      my $line = <$h>;
      $line =~ /\n\z/ or die;
      # from here on a signal waits
      $busy = 1;
      for ('', '.pub') { link "./$name$_", "$path$_" or die; push @put, $_ }
      $O .= $line;
      0
    };
    $busy = 1;
    if ($pid) { kill TERM => $pid; waitpid $pid, 0 }
    unlink map "$path$_", @put if !defined $code;
    if ($in) {
      opendir my $d, '.';
      unlink map "./$_", grep !/^\.\.?\z/, readdir $d;
    }
    chdir $here;
    rmdir $tmp if $made;
  }
  return $code if !$signal;
  kill $signal => $$;
  1
};
`,
}
