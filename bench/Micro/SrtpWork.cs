using MediaEngine.Srtp;

namespace MediaEngine.Bench.Micro;

/// <summary>One RTP stream by our full path; the AEAD profiles as group media, with the ROC in every packet.</summary>
internal sealed class SrtpWork : IPacketWork, IDisposable
{
    private readonly SrtpSender _sender;
    private readonly SrtpReceiver _receiver;
    private readonly PacketRing _ring;
    private int _protectedLength;

    public SrtpWork(SrtpProfile profile, int mki_bytes, int payload_bytes, int packets)
    {
        using SrtpMasterKey key = Key(profile, mki_bytes, seed: 0);
        SrtpPolicy policy = Policy(profile);
        _sender = new SrtpSender(key, policy);
        _receiver = new SrtpReceiver(policy, mki_bytes);
        if (!_receiver.TryAddKey(key))
            throw new InvalidOperationException("The key was refused.");
        _ring = new PacketRing(payload_bytes, packets);
    }

    /// <summary>With AES-CM packets are those of RFC 3711, without the ROC.</summary>
    public static SrtpPolicy Policy(SrtpProfile profile) => new(profile, profile.IsAead() ? 1 : 0);

    public static SrtpMasterKey Key(SrtpProfile profile, int mki_bytes, int seed)
    {
        byte[] octets = [.. Enumerable.Range(1, 64).Select(i => (byte)(i * 37 + seed)), (byte)(seed >> 8)];
        return new SrtpMasterKey(
            profile, octets.AsSpan(65 - profile.KeyLength_bytes()), octets.AsSpan(0, profile.SaltLength_bytes()),
            octets.AsSpan(12, mki_bytes));
    }

    public void Prepare() => _ring.Prepare();

    public void Protect(int i)
    {
        SrtpOutcome outcome = _sender.Protect(_ring[i], _ring.Plain_bytes, out _protectedLength);
        if (outcome != SrtpOutcome.Ok)
            throw new InvalidOperationException(outcome.ToString());
    }

    public void Unprotect(int i)
    {
        Span<byte> packet = _ring[i][.._protectedLength];
        SrtpOutcome outcome = _receiver.Unprotect(packet, packet, out _);
        if (outcome != SrtpOutcome.Ok)
            throw new InvalidOperationException(outcome.ToString());
    }

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
    }
}
