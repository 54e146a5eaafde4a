/** What `public_parts` of key-script.ts tells of an unprotected Ed25519 key, told by perl; any other is left to that. */
export const PERL_PARTS = {
  name: 'parts',
  text: String.raw`
$P{parts} = sub {
  my ($path, $first) = @_;
  return 1 if !-f $path;
  open my $h, '<', $path or return;
  my ($t, $begin, $one, $head, $more, $kept, $rest, @tail) = ('');
  read $h, $t, 4096;
  ($begin, $one, $head, $more, $kept, $rest, @tail) = split /\n/, $t, -1;
  my $end = '-----END OPENSSH PRIVATE KEY-----';
  return if $t =~ /\0|\r/ || $begin ne '-----BEGIN OPENSSH PRIVATE KEY-----' || $one ne $first || !grep { $_ eq $end } @tail[0 .. $#tail - 1];
  my @lines = ();
  for (@tail) { last if $_ eq $end; push @lines, $_ }
  my $tail = join ' ', substr($rest, 20), @lines;
  my $front = $head . $more . $kept . substr $rest, 0, 20;
  return if $front =~ m{[^A-Za-z0-9+/]} || $tail =~ m{[^A-Za-z0-9+/= ]};
  return if grep { length($_) != 70 } $head, $more, $kept;
  return if "$head.$more.$kept.$rest" !~ /^QyNTUxOQAAAC[ABCD].*\..{2}AAAAtzc2gtZWQyNTUxOQAAAC[ABCD].*\.AAAE[ABCD].*\..{20}AAA/;
  $O .= "parts $head $more $tail\n";
  0
};
`,
}
