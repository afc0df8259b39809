using System.Globalization;
using System.Text.Json.Nodes;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>RFC 7714 16 and 17: packets under given session keys.</summary>
public sealed class Rfc7714Tests
{
    public static TheoryData<string, string> Sections()
    {
        var sections = new TheoryData<string, string>();
        foreach (string file in new[] { "rfc7714-srtp.json", "rfc7714-srtcp.json" })
        {
            foreach (JsonNode vector in VectorFile.Read(file).Items("vectors"))
                sections.Add(file, vector.Text("section"));
        }
        return sections;
    }

    [Theory]
    [InlineData("RFC 7714 16.1.1")]
    [InlineData("RFC 7714 16.2.1")]
    public void SrtpBothWays(string section)
    {
        JsonNode vector = Vector("rfc7714-srtp.json", section);
        using var sender = new SrtpSender(Keys(vector), [], Policy(vector));
        Assert.Equal(vector.Bytes("protected_packet"), sender.Protect(vector.Bytes("plaintext_packet")));

        using var receiver = new SrtpReceiver(Policy(vector), 0);
        receiver.AddSession([], Keys(vector));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(vector.Bytes("protected_packet"), out byte[] plain));
        Assert.Equal(vector.Bytes("plaintext_packet"), plain);
    }

    [Theory]
    [InlineData("RFC 7714 17.1")]
    [InlineData("RFC 7714 17.2")]
    public void SrtcpBothWays(string section)
    {
        JsonNode vector = Vector("rfc7714-srtcp.json", section);
        using var sender = new SrtpSender(Keys(vector), [], Policy(vector));
        Assert.True(sender.TryResumeRtcp(0x4d617273, Index(vector)));
        Assert.Equal(vector.Bytes("protected_packet"), sender.ProtectRtcp(vector.Bytes("plaintext_packet")));

        using var receiver = new SrtpReceiver(Policy(vector), 0);
        receiver.AddSession([], Keys(vector));
        Assert.Equal(SrtpOutcome.Ok, receiver.UnprotectRtcp(vector.Bytes("protected_packet"), out byte[] plain));
        Assert.Equal(vector.Bytes("plaintext_packet"), plain);
    }

    [Theory]
    [InlineData("RFC 7714 17.3")]
    [InlineData("RFC 7714 17.4")]
    public void UnencryptedSrtcpIsVerifiedAndOnlyTakenWhereThePolicySaysSo(string section)
    {
        JsonNode vector = Vector("rfc7714-srtcp.json", section);
        byte[] packet = vector.Bytes("protected_packet");
        using var strict = new SrtpReceiver(Policy(vector), 0);
        strict.AddSession([], Keys(vector));
        Assert.Equal(SrtpOutcome.NotEncrypted, strict.UnprotectRtcp(packet, out _));

        using var lenient = new SrtpReceiver(Policy(vector) with { AcceptUnencryptedRtcp = true }, 0);
        lenient.AddSession([], Keys(vector));
        byte[] forged = [.. packet];
        forged[12] ^= 1;
        Assert.Equal(SrtpOutcome.AuthenticationFailed, strict.UnprotectRtcp(forged, out _));
        Assert.Equal(SrtpOutcome.AuthenticationFailed, lenient.UnprotectRtcp(forged, out _));
        Assert.Equal(SrtpOutcome.Ok, lenient.UnprotectRtcp(packet, out byte[] plain));
        Assert.Equal(vector.Bytes("plaintext_packet"), plain);
        Assert.Equal(SrtpOutcome.Replayed, lenient.UnprotectRtcp(packet, out _));
    }

    [Theory]
    [MemberData(nameof(Sections))]
    public void TheCipherAloneMakesEveryTag(string file, string section)
    {
        JsonNode vector = Vector(file, section);
        byte[] protectedPacket = vector.Bytes("protected_packet");
        byte[] plain = vector.Bytes("plaintext_packet");
        bool rtcp = file.Contains("srtcp", StringComparison.Ordinal);
        int clear = vector.Text("kind").Contains("tag", StringComparison.Ordinal) &&
            !vector.Text("kind").Contains("encrypt", StringComparison.Ordinal) ? plain.Length : rtcp ? 8 : 12;
        byte[] associatedData = [.. protectedPacket[..clear], .. rtcp ? protectedPacket[^4..] : []];
        byte[] text = plain[clear..];
        byte[] tag = new byte[16];
        using PacketCipher cipher = PacketCipher.Create(vector.Bytes("session_key"));
        cipher.Seal(vector.Bytes("iv"), associatedData, text, tag);
        Assert.Equal(protectedPacket[clear..plain.Length], text);
        Assert.Equal(protectedPacket[plain.Length..(plain.Length + 16)], tag);
    }

    private static JsonNode Vector(string file, string section) =>
        VectorFile.Read(file).Items("vectors").Single(vector => vector.Text("section") == section);

    private static SrtpPolicy Policy(JsonNode vector) => new(
        vector.Bytes("session_key").Length == 16 ? SrtpProfile.AeadAes128Gcm : SrtpProfile.AeadAes256Gcm);

    private static SessionKeys Keys(JsonNode vector) => new(
        new AeadSessionCipher(vector.Bytes("session_key"), vector.Bytes("session_salt")),
        new AeadSessionCipher(vector.Bytes("session_key"), vector.Bytes("session_salt")));

    private static uint Index(JsonNode vector) =>
        uint.Parse(vector.Text("srtcp_index"), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
