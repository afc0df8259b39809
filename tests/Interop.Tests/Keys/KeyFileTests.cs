using MediaEngine.Keys;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

public sealed class KeyFileTests : IDisposable
{
    private const string Alice = "sip:alice@mcx.example";
    private const string Good = """
        {
          "version": 1, "mcpttId": "sip:alice@mcx.example", "latestSent": "00000000000000ff",
          "keys": [ { "id": "00000001", "key": "00112233445566778899aabbccddeeff", "rand": "ffeeddccbbaa99887766554433221100",
                      "sent": "00000000000000ff", "groups": [ "sip:fire@mcx.example" ] } ],
          "revoked": [ "00000002" ]
        }
        """;

    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("alice.keys.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_saved_is_loaded()
    {
        DateTimeOffset activation = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
        using McxKey key = ProvisioningKms.Gmk("sip:fire@mcx.example", activation, activation.AddHours(1));
        NtpTimestamp sent = NtpTimestamp.FromUtc(activation.AddMilliseconds(1.5));
        var revoked = new KeyIdentifier(0x0abc_def0);
        File().Save(new KeptKeys { Keys = [new KeptKey(key, sent)], Revoked = [revoked], LatestSent = sent });

        KeptKeys loaded = File().Load();
        KeptKey kept = Assert.Single(loaded.Keys);
        Assert.Equal((key.Id, key.Validity, sent), (kept.Key.Id, kept.Key.Validity, kept.Sent));
        Assert.Equal(key.Rand, kept.Key.Rand);
        Assert.Equal(OctetsOf(key), OctetsOf(kept.Key));
        Assert.Equal(key.GroupIds, kept.Key.GroupIds);
        Assert.Equal([revoked], loaded.Revoked);
        Assert.Equal(sent, loaded.LatestSent);
    }

    [Fact]
    public void A_file_that_is_not_there_is_empty() => Assert.Empty(File().Load().Keys);

    [Fact]
    public void Only_the_owner_may_read_the_file_even_where_one_with_another_mode_was()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("file modes are of Unix");
            return;
        }
        System.IO.File.WriteAllText(Path, Good);
        System.IO.File.WriteAllText($"{Path}.new", "left over");
        File().Save(new KeptKeys());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(Path));
        Assert.False(System.IO.File.Exists($"{Path}.new"));
    }

    [Fact]
    public void A_file_that_cannot_be_replaced_stays_as_it_was()
    {
        System.IO.File.WriteAllText(Path, Good);
        Directory.CreateDirectory($"{Path}.new");
        Assert.Throws<ToolException>(() => File().Save(new KeptKeys()));
        Assert.Equal(Good, System.IO.File.ReadAllText(Path));
    }

    [Fact]
    public void The_file_of_a_profile_lies_beside_it() =>
        Assert.Equal(_folder.File("alice.keys.json"), KeyFile.Beside(_folder.File("alice.yaml")));

    [Fact]
    public void The_example_is_good() => Assert.Equal(new KeyIdentifier(1), Assert.Single(Load(Good).Keys).Key.Id);

    [Theory]
    [InlineData("\"mcpttId\": \"sip:alice@", "\"mcpttId\": \"sip:bob@", "holds the keys of sip:bob@mcx.example")]
    [InlineData("\"version\": 1", "\"version\": 2", "version 1")]
    [InlineData("\"version\"", "\"vision\"", "line 2")]
    [InlineData("\"revoked\"", "revoked", "line 5")]
    [InlineData("\"id\": \"00000001\"", "\"id\": \"0000001\"", "'0000001' is not the identifier of a group's key")]
    [InlineData("\"id\": \"00000001\"", "\"id\": \"20000001\"", "'20000001' is not the identifier of a group's key")]
    [InlineData("ddeeff\"", "ddee\"", "the key of 00000001")]
    [InlineData("ddeeff\"", "ddeexx\"", "the key of 00000001")]
    [InlineData("33221100\"", "332211\"", "the rand of 00000001")]
    [InlineData("\"sent\": \"00000000000000ff\",", "", "when 00000001 was sent")]
    [InlineData("\"latestSent\": \"00000000000000ff\",", "", "when the last message was sent")]
    [InlineData("[ \"00000002\" ]", "[ \"none\" ]", "'none' is not the identifier of a group's key")]
    public void A_damaged_file_is_refused_with_its_name_and_the_reason(string good, string bad, string reason)
    {
        Assert.Contains(good, Good, StringComparison.Ordinal);
        var error = Assert.Throws<ToolException>(() => Load(Good.Replace(good, bad, StringComparison.Ordinal)));
        Assert.StartsWith($"{Path}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("00112233", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_far_too_long_is_refused()
    {
        var error = Assert.Throws<ToolException>(() => Load(new string(' ', 5 << 20)));
        Assert.Contains("larger than", error.Message, StringComparison.Ordinal);
    }

    private KeptKeys Load(string text)
    {
        System.IO.File.WriteAllText(Path, text);
        return File().Load();
    }

    private KeyFile File() => new(Path, Alice);

    private static byte[] OctetsOf(McxKey key)
    {
        byte[] octets = new byte[McxKey.Key_bytes];
        key.CopyKeyTo(octets);
        return octets;
    }
}
