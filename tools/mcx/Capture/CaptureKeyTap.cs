using System.Net;
using MediaEngine.Keys;
using MediaEngine.Sip;

namespace MediaEngine.Tool;

/// <summary>Writes a client's keys for its capture into a file, anew with each key; hands everything else on.</summary>
/// <param name="inner">Null drops it.</param>
/// <param name="path">Readable by its owner only.</param>
public sealed class CaptureKeyTap(IEndpointTap? inner, string path, string mcpttId) : IEndpointTap
{
    private readonly CaptureKeys _keys = new();
    private readonly Lock _lock = new();

    public void Sip(SipTransportKind transport, IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> message) =>
        inner?.Sip(transport, source, destination, sent, message);

    public void Media(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram) =>
        inner?.Media(source, destination, sent, datagram);

    public void Floor(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram) =>
        inner?.Floor(source, destination, sent, datagram);

    /// <exception cref="ToolException">The file cannot be written.</exception>
    public void KeyHeld(GroupMasterKey key) => Write(() => _keys.AddGroupKey(key, [mcpttId]));

    /// <exception cref="ToolException">The file cannot be written.</exception>
    public void KeyHeld(ClientServerKey key) => Write(() => _keys.AddClientServerKey(key, mcpttId));

    /// <exception cref="ToolException">The file cannot be written.</exception>
    public void KeyHeld(McxKey key) => Write(() => _keys.AddMulticastKey(key));

    private void Write(Action add)
    {
        lock (_lock)
        {
            add();
            _keys.Write(path);
        }
    }
}
