using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Srtp;

namespace MediaEngine.Bench.Load;

/// <summary>A member's floor control under its CSK. Allocates nothing per message.</summary>
internal sealed class FloorClient : IDisposable
{
    public const int MaxMessage_bytes = 2048;

    private const uint FirstSsrc = 0xF000_0000;

    private readonly uint _ssrc;
    private readonly SrtpSender _sender;
    private readonly SrtpReceiver _receiver = new(SrtpPolicy.Control, ClientServerKey.Mki_bytes);

    public FloorClient(int call, int member)
    {
        using ClientServerKey key = LoadCall.KeyOf(call, member);
        using SrtpMasterKey control = key.DeriveControlKey();
        _ssrc = FirstSsrc + (uint)LoadCall.ClientOf(key.Id);
        _sender = new SrtpSender(control, SrtpPolicy.Control);
        if (!_receiver.TryAddKey(control))
            throw new InvalidOperationException("The receiver takes no key.");
    }

    /// <summary>Writes a protected Floor Request or Floor Release.</summary>
    public ReadOnlySpan<byte> Protect(FloorMessageType type, Span<byte> buffer)
    {
        var writer = new FloorMessageWriter(buffer, type, ackRequired: false, _ssrc);
        writer.AddFloorIndicator(FloorIndicator.Normal);
        SrtpOutcome outcome = _sender.ProtectRtcp(buffer, writer.Complete(), out int length);
        return outcome == SrtpOutcome.Ok ? buffer[..length] : throw new InvalidOperationException($"Not protected: {outcome}.");
    }

    /// <summary>Unprotects and reads a message of the server.</summary>
    public FloorMessageType Open(ReadOnlySpan<byte> packet, Span<byte> plain)
    {
        SrtpOutcome outcome = _receiver.UnprotectRtcp(packet, plain, out int length);
        if (outcome != SrtpOutcome.Ok)
            throw new InvalidOperationException($"Not unprotected: {outcome}.");
        FloorOutcome read = FloorMessage.TryParse(plain[..length], out FloorMessage message, out _);
        return read == FloorOutcome.Ok ? message.Type : throw new InvalidOperationException($"Not read: {read}.");
    }

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
    }
}
