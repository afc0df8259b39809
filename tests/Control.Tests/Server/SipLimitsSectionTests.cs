using System.Globalization;
using System.Text.RegularExpressions;
using MediaEngine.Control.Tests.Architecture;
using MediaEngine.Server;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Server;

public sealed partial class SipLimitsSectionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string, string, string> Documented() => new(
        Row().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "server.md")))
            .Select(row => (row.Groups["key"].Value, row.Groups["default"].Value, row.Groups["minimum"].Value, row.Groups["maximum"].Value)));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_documentation_has_every_key_and_no_other()
    {
        var error = Assert.Throws<ConfigurationException>(() => Load("nonsense: 1"));
        string[] known = error.Message.Split("known here: ")[1].TrimEnd('.').Split(", ");
        Assert.Equal(known.Where(key => key != "nonsense").Order(StringComparer.Ordinal), Documented().Select(row => row.Data.Item1).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_defaults_are_the_documented_ones() =>
        Assert.Equal(Load(null), Load(string.Join('\n', Documented().Select(row => $"{row.Data.Item1}: {row.Data.Item2}"))));

    [Theory]
    [MemberData(nameof(Documented))]
    public void A_limit_is_used_and_one_out_of_its_documented_range_is_refused(string key, string @default, string minimum, string maximum)
    {
        double low = double.Parse(minimum, CultureInfo.InvariantCulture), high = double.Parse(maximum, CultureInfo.InvariantCulture);
        double other = double.Parse(@default, CultureInfo.InvariantCulture) * 1.25;
        Assert.InRange(other, low, high);
        Assert.NotEqual(Load(null), Load($"{key}: {other.ToString(CultureInfo.InvariantCulture)}"));
        foreach (double wrong in (double[])[low <= 0.1 ? low / 2 : low - 1, high + 1, double.NaN])
        {
            var error = Assert.Throws<ConfigurationException>(() => Load($"{key}: {wrong.ToString(CultureInfo.InvariantCulture)}"));
            Assert.Contains($"sip.limits.{key} '", error.Message, StringComparison.Ordinal);
            Assert.Contains($"from {minimum} to {maximum}", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("max-head: 131072", "max-head", "max-message (65536)")]
    [InlineData("max-header: 65536", "max-header", "max-head (32768)")]
    [InlineData("max-connections: 100", "max-connections-per-address", "max-connections (100)")]
    [InlineData("max-message: 1048576\nreceive-queue-octets: 1048576", "receive-queue-octets", "max-message (1048576)")]
    public void Limits_that_contradict_each_other_are_refused(string limits, string key, string other)
    {
        var error = Assert.Throws<ConfigurationException>(() => Load(limits));
        Assert.Contains($"sip.limits.{key} is ", error.Message, StringComparison.Ordinal);
        Assert.Contains(other, error.Message, StringComparison.Ordinal);
    }

    private SipStackOptions Load(string? limits) => ServerConfiguration.Load(_folder.Write("server.yaml",
        "domain: mcx.example\nmedia: {address: 127.0.0.1}\nstore: x.db\norganisation: o.yaml\nsip:\n  udp: 127.0.0.1:0\n" +
        (limits is null ? "" : "  limits:\n    " + limits.Replace("\n", "\n    ", StringComparison.Ordinal)))).SipLimits;

    [GeneratedRegex(@"^\| `(?<key>[a-z-]+)` \| (?<default>[0-9.]+) \| (?<minimum>[0-9.]+) to (?<maximum>[0-9.]+) \|", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex Row();
}
