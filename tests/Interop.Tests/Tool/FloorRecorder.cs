using System.Collections.Concurrent;
using System.Net;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Sip;
using MediaEngine.Srtp;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>Reads the floor messages an endpoint gets, by the way they came.</summary>
internal sealed class FloorRecorder : IEndpointTap, IDisposable
{
    private readonly SrtpReceiver _receiver = new(SrtpPolicy.Control, KeyIdentifier.Length_bytes);
    private readonly Lock _lock = new();
    private readonly byte[] _plain = new byte[2048];

    /// <summary><c>unicast Taken</c>, <c>multicast Idle</c>.</summary>
    public ConcurrentQueue<string> Heard { get; } = new();

    /// <summary>Map and Unmap Group To Bearer as they came.</summary>
    public ConcurrentQueue<byte[]> Mappings { get; } = new();

    public void Sip(SipTransportKind transport, IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> message)
    {
    }

    public void Media(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram)
    {
    }

    public void Floor(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram)
    {
        if (sent)
            return;
        lock (_lock)
        {
            if (_receiver.UnprotectRtcp(datagram, _plain, out int length) != SrtpOutcome.Ok)
                return;
            if (FloorMessage.TryParse(_plain.AsSpan(0, length), out FloorMessage message, out _) == FloorOutcome.Ok)
                Heard.Enqueue($"{(destination.Address.GetAddressBytes()[0] >= 224 ? "multicast" : "unicast")} {message.Type}");
            else
                Mappings.Enqueue(datagram.ToArray());
        }
    }

    public void KeyHeld(ClientServerKey key)
    {
        using SrtpMasterKey master = key.DeriveControlKey();
        lock (_lock)
            _receiver.TryAddKey(master);
    }

    public void KeyHeld(McxKey key)
    {
        using SrtpMasterKey master = key.DeriveMasterKey(CryptoSession.McpttMulticastSignalling, key.Id);
        lock (_lock)
            _receiver.TryAddKey(master);
    }

    public void Dispose() => _receiver.Dispose();
}
