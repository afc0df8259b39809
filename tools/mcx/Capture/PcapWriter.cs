using System.Net;
using System.Threading.Channels;

namespace MediaEngine.Tool;

/// <summary>
/// Writes a classic pcap file (raw IP link type) from what a program sent and received, with IP, UDP and TCP headers made up
/// around it. Any thread may add; one writer drains the queue, so packets are in the order in which they were added.
/// </summary>
public sealed class PcapWriter : IAsyncDisposable
{
    private const int QueueLimit = 65_536;

    // Small enough that several SIP messages of a burst stay apart in a viewer, and far under the IP limit.
    private const int TcpSegment_bytes = 32_768;

    private readonly Channel<Item> _queue = Channel.CreateBounded<Item>(
        new BoundedChannelOptions(QueueLimit) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly Dictionary<(IPEndPoint Source, IPEndPoint Destination), uint> _sequences = [];
    private readonly FileStream _file;
    private readonly Task _writing;
    private readonly TimeProvider _clock;
    private long _dropped;

    /// <summary>Creates or replaces the file.</summary>
    /// <exception cref="ToolException">The file cannot be created.</exception>
    public PcapWriter(string path, TimeProvider? clock = null)
    {
        _clock = clock ?? TimeProvider.System;
        try
        {
            _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16, useAsync: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"{path}: cannot write the capture ({e.Message.TrimEnd('.')}); choose another path.", ToolExit.Usage, e);
        }
        _writing = WriteAsync();
    }

    /// <summary>Packets left out because the disk did not keep up.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Adds one UDP datagram, stamped <paramref name="at"/> or now.</summary>
    public void Udp(IPEndPoint source, IPEndPoint destination, ReadOnlySpan<byte> payload, DateTimeOffset? at = null) =>
        Add(new Item(at ?? _clock.GetUtcNow(), source, destination, payload.ToArray(), IsTcp: false));

    /// <summary>Adds octets of one direction of a TCP connection; its sequence numbers run on from what was added before.</summary>
    public void Tcp(IPEndPoint source, IPEndPoint destination, ReadOnlySpan<byte> payload, DateTimeOffset? at = null) =>
        Add(new Item(at ?? _clock.GetUtcNow(), source, destination, payload.ToArray(), IsTcp: true));

    /// <summary>Adds an IP packet as it is.</summary>
    public void Ip(ReadOnlySpan<byte> packet, DateTimeOffset at) => Add(new Item(at, null, null, packet.ToArray(), IsTcp: false));

    /// <summary>Waits until the queue has room: for whoever adds faster than a disk writes and must not lose packets.</summary>
    public async ValueTask RoomAsync(CancellationToken cancellation = default) =>
        await _queue.Writer.WaitToWriteAsync(cancellation).ConfigureAwait(false);

    /// <summary>Waits until everything added is in the file, and closes it.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _writing.ConfigureAwait(false);
        await _file.DisposeAsync().ConfigureAwait(false);
    }

    private void Add(Item item)
    {
        if (!_queue.Writer.TryWrite(item))
            Interlocked.Increment(ref _dropped);
    }

    private async Task WriteAsync()
    {
        var header = new byte[CaptureFile.FileHeader_bytes];
        CaptureFile.WriteFileHeader(header);
        await _file.WriteAsync(header).ConfigureAwait(false);
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (_queue.Reader.TryRead(out Item? item))
            {
                foreach (byte[] packet in Frame(item))
                    await WriteRecordAsync(item.At, packet).ConfigureAwait(false);
            }
            await _file.FlushAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask WriteRecordAsync(DateTimeOffset at, byte[] packet)
    {
        var header = new byte[CaptureFile.RecordHeader_bytes];
        CaptureFile.WriteRecordHeader(header, at, packet.Length);
        await _file.WriteAsync(header).ConfigureAwait(false);
        await _file.WriteAsync(packet).ConfigureAwait(false);
    }

    private IEnumerable<byte[]> Frame(Item item)
    {
        if (item.Source is null || item.Destination is null)
        {
            yield return item.Payload;
            yield break;
        }
        (IPEndPoint source, IPEndPoint destination) = (Plain(item.Source), Plain(item.Destination));
        if (source.AddressFamily != destination.AddressFamily || item.Payload.Length > IpFrames.MaxPayload_bytes && !item.IsTcp)
        {
            Interlocked.Increment(ref _dropped);
            yield break;
        }
        if (!item.IsTcp)
        {
            yield return IpFrames.BuildUdp(source, destination, item.Payload);
            yield break;
        }
        var direction = (source, destination);
        var back = (destination, source);
        for (int at = 0; at < item.Payload.Length; at += TcpSegment_bytes)
        {
            ReadOnlyMemory<byte> part = item.Payload.AsMemory(at, Math.Min(TcpSegment_bytes, item.Payload.Length - at));
            uint sequence = _sequences.GetValueOrDefault(direction, 1u);
            _sequences[direction] = unchecked(sequence + (uint)part.Length);
            yield return IpFrames.BuildTcp(source, destination, sequence, _sequences.GetValueOrDefault(back, 1u), part.Span);
        }
    }

    private static IPEndPoint Plain(IPEndPoint endPoint) =>
        endPoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endPoint.Address.MapToIPv4(), endPoint.Port) : endPoint;

    private sealed record Item(
        DateTimeOffset At, IPEndPoint? Source, IPEndPoint? Destination, byte[] Payload, bool IsTcp);
}
