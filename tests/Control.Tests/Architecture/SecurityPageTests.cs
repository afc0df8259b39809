using System.Text.RegularExpressions;
using Xunit;

namespace MediaEngine.Control.Tests.Architecture;

/// <summary>docs/security.md promises tests; they are there under these names.</summary>
public partial class SecurityPageTests
{
    public static TheoryData<string, string> Promised() => new(
        Row().Matches(Page).SelectMany(row => Test().Matches(row.Value)).Select(test => (test.Groups["class"].Value, test.Groups["method"].Value)).Distinct());

    private static string Page => File.ReadAllText(Path.Combine(Repository.Root, "docs", "security.md"));

    [Theory]
    [MemberData(nameof(Promised))]
    public void A_promised_test_exists(string type, string method)
    {
        string file = Assert.Single(Directory.GetFiles(Path.Combine(Repository.Root, "tests"), type + ".cs", SearchOption.AllDirectories));
        Assert.Matches($@"\[(Fact|Theory)[^\]]*\]\s(?:(?!\[Fact|\[Theory).)*?public (async )?(void|Task) {method}\(", File.ReadAllText(file).ReplaceLineEndings(" "));
    }

    [Fact]
    public void Every_class_has_its_row_and_every_row_a_test_but_what_is_not_offered()
    {
        string[] rows = [.. Row().Matches(Page).Select(row => row.Value)];
        Assert.Equal(Enumerable.Range(1, 23), rows.Select(row => int.Parse(row.Split('|')[1], null)));
        Assert.All(rows, row => Assert.True(Test().IsMatch(row) || row.Contains("is not offered", StringComparison.Ordinal), row));
    }

    [GeneratedRegex(@"^\| \d+ \|.*$", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"`(?<class>\w+Tests)\.(?<method>\w+)`", RegexOptions.CultureInvariant)]
    private static partial Regex Test();
}
