using System.Buffers;
using System.IO.Pipelines;

namespace MediaEngine.Sip;

/// <summary>Messages one after another in a stream, TCP or TLS: cut by Content-Length (RFC 3261 18.3).</summary>
internal sealed class FramedChannel(Stream stream, SipStackOptions options) : SipChannel
{
    private readonly ReadDeadline _deadline = new(options);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation) => stream.WriteAsync(message, cancellation);

    public override async Task ReadAsync(StreamConnection connection)
    {
        // The writer is never held back: unread octets are bounded by the message limit, or the connection ends.
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0, resumeWriterThreshold: 0, minimumSegmentSize: 8192,
            useSynchronizationContext: false));
        try
        {
            while (true)
            {
                CancellationToken token = _deadline.Start(connection.IsAccepted);
                int length = await stream.ReadAsync(pipe.Writer.GetMemory(4096), token).ConfigureAwait(false);
                if (length == 0 || !_deadline.Met())
                    return;
                pipe.Writer.Advance(length);
                await pipe.Writer.FlushAsync().ConfigureAwait(false);
                if (!TryTakeMessages(pipe.Reader, length, connection))
                {
                    connection.Count(SipCounter.FramingErrorClosed);
                    return;
                }
            }
        }
        finally
        {
            await pipe.Writer.CompleteAsync().ConfigureAwait(false);
            await pipe.Reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    public override void Dispose()
    {
        _deadline.Dispose();
        stream.Dispose();
    }

    /// <summary>False when the stream's framing is broken.</summary>
    private bool TryTakeMessages(PipeReader reader, int received, StreamConnection connection)
    {
        if (!reader.TryRead(out ReadResult read))
            return true;
        ReadOnlySequence<byte> buffer = read.Buffer;
        int total = (int)buffer.Length;
        byte[]? rented = null;
        ReadOnlySpan<byte> bytes = buffer.FirstSpan;
        if (!buffer.IsSingleSegment)
        {
            rented = ArrayPool<byte>.Shared.Rent(total);
            buffer.CopyTo(rented);
            bytes = rented.AsSpan(0, total);
        }
        // In a capture each message begins a segment, whatever came with it.
        int heard = total - received;
        int consumed = 0;
        SipFrameOutcome outcome;
        while ((outcome = SipFramer.TryFrame(bytes[consumed..], options.Limits, out int length)) is
            SipFrameOutcome.Message or SipFrameOutcome.Ping or SipFrameOutcome.Pong)
        {
            connection.Heard(bytes[heard..(consumed + length)]);
            heard = consumed + length;
            connection.Take(outcome, bytes.Slice(consumed, length));
            consumed += length;
        }
        if (heard < total)
            connection.Heard(bytes[heard..]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        reader.AdvanceTo(buffer.GetPosition(consumed), buffer.End);
        _deadline.Progress(consumed > 0, consumed < total);
        return outcome == SipFrameOutcome.NeedMore;
    }
}
