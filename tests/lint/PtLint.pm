# What the lints share: the tree's files, C text without comments and strings, and the report.
package PtLint;
use strict;
use warnings;
use Exporter 'import';
use File::Basename qw(dirname);
use Cwd qw(abs_path);
our @EXPORT = qw(files slurp code complain note finish);

# Every lint speaks of paths from the top of the tree.
my $top = abs_path(dirname(__FILE__) . '/../..');
chdir $top or die "$top: $!\n";

my $complaints = 0;

# The tree's own files that match, sorted: no build output, no fuzz corpus.
sub files {
    my ($pattern) = @_;
    my @found;
    my @dirs = ('.');
    while (defined(my $dir = shift @dirs)) {
        opendir(my $handle, $dir) or die "$dir: $!\n";
        for my $name (readdir $handle) {
            next if $name eq '.' || $name eq '..' || $name eq '.git' || $name eq '.cache';
            my $path = $dir eq '.' ? $name : "$dir/$name";
            next if -l $path || $path =~ m{^(build|out|tests/fuzz/corpus)$};
            if (-d $path) { push @dirs, $path }
            elsif ($path =~ $pattern) { push @found, $path }
        }
        closedir $handle;
    }
    return sort @found;
}

sub slurp {
    my ($path) = @_;
    open(my $handle, '<:raw', $path) or die "$path: $!\n";
    local $/;
    my $text = <$handle>;
    return defined $text ? $text : '';
}

# C text with comments and the insides of literals blanked; every line keeps its number.
sub code {
    my ($text) = @_;
    my $blank = sub { my ($s) = @_; $s =~ s/[^\n]/ /g; return $s };
    $text =~ s{(/\*.*?\*/|//[^\n]*)|("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')}
              {defined $1 ? $blank->($1) : substr($2, 0, 1) . $blank->(substr($2, 1, -1)) . substr($2, -1)}gse;
    return $text;
}

sub complain {
    my ($path, $line, $message) = @_;
    print $line ? "$path:$line: $message\n" : "$path: $message\n";
    $complaints++;
}

sub note { print "note: @_\n" }

sub finish {
    my ($what) = @_;
    print $complaints ? "$complaints complaints\n" : "$what\n";
    exit($complaints ? 1 : 0);
}

1;
