using MediaEngine.Rtp;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>The example of docs/srtp.md, word for word.</summary>
public sealed class SrtpExample
{
    [Fact]
    public void AnRtpPacketGoesThereAndComesBack()
    {
        // example
        byte[] masterKey = Convert.FromHexString("64837d2b4d69a266e4489d3807353ad9");  // 16 octets, secret, from your key exchange
        byte[] masterSalt = Convert.FromHexString("8b2f081ce8e8bdab1f8d9eb8");         // 12 octets (AES-CM profiles: 14)
        byte[] mki = Convert.FromHexString("09bf9d3701c8de7b");                        // names the key on the wire; may be empty

        using var key = new SrtpMasterKey(SrtpProfile.AeadAes128Gcm, masterKey, masterSalt, mki);
        using var sender = new SrtpSender(key, SrtpPolicy.GroupMedia);
        using var receiver = new SrtpReceiver(SrtpPolicy.GroupMedia, mki.Length);
        receiver.TryAddKey(key);

        // An RTP packet: 12 octets of header and 160 of voice. Leave room behind it for what protection adds.
        byte[] buffer = new byte[172 + sender.MaxOverhead_bytes];
        new RtpHeader { PayloadType = 97, SequenceNumber = 1, Timestamp = 160, Ssrc = 0x1234 }.WriteFixed(buffer);

        if (sender.Protect(buffer, 172, out int protectedLength) != SrtpOutcome.Ok)
            throw new InvalidOperationException("Not sent: the outcome says why.");
        ReadOnlySpan<byte> onTheWire = buffer.AsSpan(0, protectedLength);

        byte[] received = new byte[onTheWire.Length];
        SrtpOutcome outcome = receiver.Unprotect(onTheWire, received, out int length);  // Ok: RTP in received[..length]
        SrtpOutcome again = receiver.Unprotect(onTheWire, received, out _);             // Replayed
        // end of example
        Assert.Equal(SrtpOutcome.Ok, outcome);
        Assert.Equal(172, length);
        Assert.Equal(SrtpOutcome.Replayed, again);
    }

    [Fact]
    public void TheDocumentShowsThisExample()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "Docs");
        string source = File.ReadAllText(Path.Combine(folder, "SrtpExample.cs"));
        string[] lines = source[(source.IndexOf("// example\n", StringComparison.Ordinal) + 11)..]
            .Split("        // end of example", 2)[0].Split('\n');
        string example = string.Join('\n', lines.Select(line => line.Length >= 8 ? line[8..] : line)).Trim();
        string document = File.ReadAllText(Path.Combine(folder, "srtp.md"));
        Assert.Contains($"```csharp\n{example}\n```", document, StringComparison.Ordinal);
    }
}
