using System.Net;
using System.Net.Sockets;
using MediaEngine.Keys;
using MediaEngine.Rtp;
using MediaEngine.Server;
using MediaEngine.Srtp;

namespace MediaEngine.Tool;

/// <summary>
/// Sends samples as SRTP, one packet of 20 ms each 20 ms, each under the group key in force at that moment. Owned by the call's
/// thread.
/// </summary>
internal sealed class TalkSender(CallGroupKeys keys, uint ssrc, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Packet = TimeSpan.FromMilliseconds(20);

    private readonly byte[] _buffer = new byte[RtpHeader.FixedLength_bytes + G711.Packet_samples + 64];
    private readonly uint _firstTimestamp = SystemEntropy.Instance.NextUInt32();
    private ushort _sequence = (ushort)SystemEntropy.Instance.NextUInt32();
    private SrtpSender? _sender;
    private KeyIdentifier _key;
    private Instant? _start;
    private uint _timestamp;
    private short[] _samples = [];
    private int _at;
    private bool _marker;
    private TaskCompletionSource<bool>? _done;

    public uint Ssrc => ssrc;

    /// <summary>When the next packet is due.</summary>
    public Instant NextDeadline { get; private set; } = Instant.Never;

    /// <summary>Says the samples from now on, in place of what was being said.</summary>
    public void Begin(short[] samples, TaskCompletionSource<bool> done, Instant now)
    {
        Stop();
        _start ??= now;
        // RFC 3550 5.1: the timestamp runs on in silence.
        _timestamp = unchecked(_firstTimestamp + (uint)((now - _start.Value).TotalSeconds * WavFile.SampleRate_Hz));
        (_samples, _at, _marker, _done, NextDeadline) = (samples, 0, true, done, now);
    }

    /// <summary>Ends what is being said; its task gives false.</summary>
    public void Stop(TaskCompletionSource<bool>? only = null)
    {
        if (only is not null && only != _done)
            return;
        NextDeadline = Instant.Never;
        _done?.TrySetResult(false);
        _done = null;
    }

    /// <summary>Sends what is due; late packets are sent at once, so that the pace holds.</summary>
    /// <returns>False when no key is in force; what is being said ends then.</returns>
    public bool Send(Instant now, Socket socket, IPEndPoint destination, IPEndPoint source, IEndpointTap? tap)
    {
        while (NextDeadline <= now)
        {
            if (_at >= _samples.Length)
            {
                NextDeadline = Instant.Never;
                _done?.TrySetResult(true);
                _done = null;
                return true;
            }
            if (SenderNow() is not { } sender)
            {
                Stop();
                return false;
            }
            SendOne(sender, socket, destination, source, tap);
            NextDeadline += Packet;
        }
        return true;
    }

    public void Dispose() => _sender?.Dispose();

    // SSRC, sequence numbers and ROC run on under the next key (RFC 3711 3.3.1).
    private SrtpSender? SenderNow()
    {
        if (keys.SendingAt(time.GetUtcNow()) is not { } key)
            return null;
        if (_sender is not null && key.Id == _key)
            return _sender;
        using SrtpMasterKey master = keys.DeriveSendingKey(key);
        if (_sender is null)
            _sender = new SrtpSender(master, SrtpPolicy.GroupMedia);
        else
            _sender.Rekey(master);
        _key = key.Id;
        return _sender;
    }

    private void SendOne(SrtpSender sender, Socket socket, IPEndPoint destination, IPEndPoint source, IEndpointTap? tap)
    {
        int header = new RtpHeader
        {
            Marker = _marker,
            PayloadType = G711.PayloadType,
            SequenceNumber = _sequence++,
            Timestamp = _timestamp,
            Ssrc = Ssrc,
        }.WriteFixed(_buffer);
        Span<byte> payload = _buffer.AsSpan(header, G711.Packet_samples);
        payload.Fill(G711.Silence);
        G711.EncodeALaw(_samples.AsSpan(_at, Math.Min(G711.Packet_samples, _samples.Length - _at)), payload);
        _at += G711.Packet_samples;
        _timestamp += G711.Packet_samples;
        _marker = false;
        if (sender.Protect(_buffer, header + G711.Packet_samples, out int length) != SrtpOutcome.Ok)
            return;
        ReadOnlySpan<byte> datagram = _buffer.AsSpan(0, length);
        tap?.Media(source, destination, sent: true, datagram);
        try
        {
            socket.SendTo(datagram, SocketFlags.None, destination);
        }
        catch (SocketException)
        {
            // Lost like any datagram.
        }
    }
}
