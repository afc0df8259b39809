using System.Net;
using MediaEngine.Keys;
using MediaEngine.Srtp;

namespace MediaEngine.Tool;

/// <summary>
/// Rewrites a capture: SRTP under a known GMK becomes RTP, SRTCP under a known CSK or multicast key becomes RTCP, between the same addresses and
/// at the same times; all else is copied.
/// </summary>
public sealed class CaptureDecryptor : IDisposable
{
    private readonly CaptureKeys _keys;
    private readonly Dictionary<(IPEndPoint, IPEndPoint, ulong), SrtpReceiver> _receivers = [];
    private readonly byte[] _plain = new byte[65_536];

    public CaptureDecryptor(CaptureKeys keys) => _keys = keys;

    /// <exception cref="ToolException">A file cannot be read or written.</exception>
    public async Task<DecryptSummary> DecryptAsync(string capture, PcapWriter output, CancellationToken cancellation = default)
    {
        int media = 0, floor = 0, failed = 0, copied = 0;
        var floorPorts = new SortedSet<int>();
        foreach (CapturedPacket packet in CaptureFile.Read(capture))
        {
            cancellation.ThrowIfCancellationRequested();
            Verdict verdict = Decrypt(packet, output, floorPorts);
            _ = verdict switch
            {
                Verdict.Media => media++,
                Verdict.Floor => floor++,
                Verdict.Failed => failed++,
                _ => copied++,
            };
            // The writer sheds when its queue is full; a file is read faster than it is written.
            await output.RoomAsync(cancellation).ConfigureAwait(false);
        }
        return new DecryptSummary(media, floor, failed, copied, floorPorts);
    }

    public void Dispose()
    {
        foreach (SrtpReceiver receiver in _receivers.Values)
            receiver.Dispose();
    }

    private Verdict Decrypt(CapturedPacket packet, PcapWriter output, SortedSet<int> floorPorts)
    {
        Verdict verdict = Verdict.Copied;
        if (IpFrames.TryReadUdp(packet.Ip.Span, out IPEndPoint source, out IPEndPoint destination, out ReadOnlySpan<byte> payload) &&
            payload.Length >= 12 && payload[0] >> 6 == 2)
        {
            bool rtcp = payload[1] is >= 192 and <= 223;
            verdict = rtcp
                ? DecryptFloor(source, destination, payload, out int length)
                : DecryptMedia(source, destination, payload, out length);
            if (verdict is Verdict.Media or Verdict.Floor)
            {
                output.Udp(source, destination, _plain.AsSpan(0, length), packet.At);
                if (rtcp)
                    floorPorts.UnionWith([source.Port, destination.Port]);
                return verdict;
            }
        }
        output.Ip(packet.Ip.Span, packet.At);
        return verdict;
    }

    private Verdict DecryptMedia(IPEndPoint source, IPEndPoint destination, ReadOnlySpan<byte> packet, out int length)
    {
        length = 0;
        if (!SrtpReceiver.TryReadMki(packet, 8, rocPresent: true, out ReadOnlySpan<byte> mki))
            return Verdict.Copied;
        var gmkId = KeyIdentifier.Read(mki);
        var gukId = KeyIdentifier.Read(mki[4..]);
        using GroupMasterKey? key = gukId.Purpose == KeyPurpose.GroupMasterKey ? _keys.GroupKey(gmkId) : null;
        if (key is null)
            return Verdict.Copied;
        var stream = (source, destination, (ulong)gmkId.Value << 32 | gukId.Value);
        for (int attempt = 0; attempt < 2; attempt++)
        {
            if (!_receivers.TryGetValue(stream, out SrtpReceiver? receiver))
            {
                receiver = _receivers[stream] = new SrtpReceiver(SrtpPolicy.GroupMedia, 8);
                using SrtpMasterKey derived = key.DeriveMediaKey(gukId);
                receiver.TryAddKey(derived);
            }
            SrtpOutcome outcome = receiver.Unprotect(packet, _plain, out length);
            if (outcome == SrtpOutcome.Ok)
                return Verdict.Media;
            if (!Forget(stream, receiver, outcome))
                break;
        }
        return Verdict.Failed;
    }

    private Verdict DecryptFloor(IPEndPoint source, IPEndPoint destination, ReadOnlySpan<byte> packet, out int length)
    {
        length = 0;
        if (!SrtpReceiver.TryReadRtcpMki(packet, 4, out ReadOnlySpan<byte> mki))
            return Verdict.Copied;
        var keyId = KeyIdentifier.Read(mki);
        using SrtpMasterKey? key = _keys.ControlKey(keyId);
        if (key is null)
            return Verdict.Copied;
        var stream = (source, destination, (ulong)keyId.Value);
        for (int attempt = 0; attempt < 2; attempt++)
        {
            if (!_receivers.TryGetValue(stream, out SrtpReceiver? receiver))
            {
                receiver = _receivers[stream] = new SrtpReceiver(SrtpPolicy.Control, 4);
                receiver.TryAddKey(key);
            }
            SrtpOutcome outcome = receiver.UnprotectRtcp(packet, _plain, out length);
            if (outcome == SrtpOutcome.Ok)
                return Verdict.Floor;
            if (!Forget(stream, receiver, outcome))
                break;
        }
        return Verdict.Failed;
    }

    /// <summary>A packet captured twice is no attack: the stream's replay state is dropped and the packet tried once more.</summary>
    private bool Forget((IPEndPoint, IPEndPoint, ulong) stream, SrtpReceiver receiver, SrtpOutcome outcome)
    {
        if (outcome is not (SrtpOutcome.Replayed or SrtpOutcome.TooOld or SrtpOutcome.StreamLimit))
            return false;
        _receivers.Remove(stream);
        receiver.Dispose();
        return true;
    }

    private enum Verdict
    {
        Copied,
        Media,
        Floor,
        Failed,
    }
}
