using System.Security.Cryptography;
using MediaEngine.Keys;
using MediaEngine.Srtp;

namespace MediaEngine.Media;

/// <summary>
/// One client's CSK, or one pair of servers' SPK, on a shard. All legs of a client share the receiver, hence the replay
/// windows: what was received on one leg cannot be replayed on another. A leg to a server has a receiver of its own.
/// </summary>
internal sealed class ControlKey : IDisposable
{
    /// <summary>SSRCs of one client over the life of its legs; each takes a replay window once authenticated.</summary>
    private const int MaxClientSsrcs = 1024;

    /// <summary>Server SSRCs remembered; an older one can only be met again by replaying what the server sent to a leg long gone.</summary>
    private const int MaxServerSsrcs = 4096;

    private readonly McxKey _key;
    private readonly HashSet<uint> _serverSsrcs = [];
    private readonly Queue<uint> _serverSsrcsByAge = [];

    /// <summary>Takes ownership of the key.</summary>
    public ControlKey(McxKey key)
    {
        _key = key;
        Receiver = CreateReceiver(MaxClientSsrcs);
    }

    public KeyIdentifier Id => _key.Id;

    public SrtcpReceiver Receiver { get; }

    /// <summary>Legs using it; the last one to leave disposes it.</summary>
    public int Legs { get; set; }

    /// <summary>Takes an SSRC for a leg of this key; false for one that had it before.</summary>
    public bool TryClaim(uint serverSsrc)
    {
        if (!_serverSsrcs.Add(serverSsrc))
            return false;
        _serverSsrcsByAge.Enqueue(serverSsrc);
        if (_serverSsrcsByAge.Count > MaxServerSsrcs)
            _serverSsrcs.Remove(_serverSsrcsByAge.Dequeue());
        return true;
    }

    /// <summary>True for the SSRC of messages to a leg of this key, also one that is gone.</summary>
    public bool HasClaimed(uint serverSsrc) => _serverSsrcs.Contains(serverSsrc);

    /// <summary>A sender for one server SSRC.</summary>
    public SrtcpSender CreateSender(uint serverSsrc)
    {
        using SrtpMasterKey master = DeriveControlKey();
        return new SrtcpSender(master, serverSsrc);
    }

    /// <summary>A receiver apart from the others of this key.</summary>
    public SrtcpReceiver CreateReceiver(int maxSsrcs)
    {
        using SrtpMasterKey master = DeriveControlKey();
        return new SrtcpReceiver(master, maxSsrcs);
    }

    public bool IsSame(McxKey other)
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

    private SrtpMasterKey DeriveControlKey() => _key.DeriveMasterKey(CryptoSession.McpttClientServer, _key.Id);
}
