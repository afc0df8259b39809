using System.Security.Cryptography;
using MediaEngine.Keys;
using MediaEngine.Srtp;

namespace MediaEngine.Media;

/// <summary>
/// One client's CSK on a shard. All its legs share the receiver, hence the replay windows: what was received on one leg
/// cannot be replayed on another.
/// </summary>
internal sealed class ControlKey : IDisposable
{
    /// <summary>SSRCs of one client over the life of its legs; each takes a replay window once authenticated.</summary>
    private const int MaxClientSsrcs = 1024;

    private static readonly SrtpPolicy ReceivePolicy = SrtpPolicy.Control with { MaxStreams = MaxClientSsrcs, MaxKeys = 1 };

    private readonly ClientServerKey _key;

    /// <summary>Takes ownership of the key.</summary>
    public ControlKey(ClientServerKey key)
    {
        _key = key;
        Receiver = new SrtpReceiver(ReceivePolicy, ClientServerKey.Mki_bytes);
        using SrtpMasterKey master = key.DeriveControlKey();
        Receiver.TryAddKey(master);
    }

    public KeyIdentifier Id => _key.Id;

    public SrtpReceiver Receiver { get; }

    /// <summary>Legs using it; the last one to leave disposes it.</summary>
    public int Legs { get; set; }

    /// <summary>A sender for one server SSRC.</summary>
    public SrtpSender CreateSender()
    {
        using SrtpMasterKey master = _key.DeriveControlKey();
        return new SrtpSender(master, SrtpPolicy.Control);
    }

    public bool IsSame(ClientServerKey other)
    {
        if (Id != other.Id || !_key.Rand.SequenceEqual(other.Rand))
            return false;
        Span<byte> mine = stackalloc byte[16];
        Span<byte> theirs = stackalloc byte[16];
        _key.CopyKeyTo(mine);
        other.CopyKeyTo(theirs);
        bool same = CryptographicOperations.FixedTimeEquals(mine, theirs);
        CryptographicOperations.ZeroMemory(mine);
        CryptographicOperations.ZeroMemory(theirs);
        return same;
    }

    public void Dispose()
    {
        Receiver.Dispose();
        _key.Dispose();
    }
}
