using System.Net;
using System.Net.Sockets;
using MediaEngine.Keys;
using MediaEngine.Srtp;

namespace MediaEngine.Tool;

/// <summary>What one call listens to while its group is mapped: media and floor control of the group's subchannel.</summary>
internal sealed class CallSubchannelSockets : IDisposable
{
    private readonly SrtpReceiver _floorReceiver = new(SrtpPolicy.Control, KeyIdentifier.Length_bytes);
    private HashSet<KeyIdentifier> _keys = [];

    /// <param name="keys">The group's floor keys; read only here.</param>
    /// <exception cref="ToolException">The subchannel cannot be joined.</exception>
    public CallSubchannelSockets(GroupMapping mapping, IPAddress on, IReadOnlyList<McxKey> keys)
    {
        Mapping = mapping;
        Media = GroupSocket.Join(mapping.Media, on);
        try
        {
            Floor = GroupSocket.Join(mapping.Floor, on);
        }
        catch (ToolException)
        {
            Media.Dispose();
            throw;
        }
        Use(keys);
    }

    public GroupMapping Mapping { get; }

    public Socket Media { get; }

    public Socket Floor { get; }

    /// <summary>From now on these are the group's floor keys, and none else.</summary>
    public void Use(IReadOnlyList<McxKey> keys)
    {
        Span<byte> mki = stackalloc byte[KeyIdentifier.Length_bytes];
        foreach (KeyIdentifier id in _keys.Except(keys.Select(key => key.Id)))
        {
            id.Write(mki);
            _floorReceiver.RemoveKey(mki);
        }
        foreach (McxKey key in keys.Where(key => !_keys.Contains(key.Id)))
        {
            using SrtpMasterKey master = key.DeriveMasterKey(CryptoSession.McpttMulticastSignalling, key.Id);
            _floorReceiver.TryAddKey(master);
        }
        _keys = [.. keys.Select(key => key.Id)];
    }

    public SrtpOutcome Unprotect(ReadOnlySpan<byte> datagram, Span<byte> plain, out int length) =>
        _floorReceiver.UnprotectRtcp(datagram, plain, out length);

    public void Dispose()
    {
        Media.Dispose();
        Floor.Dispose();
        _floorReceiver.Dispose();
    }
}
